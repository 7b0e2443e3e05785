"""What tests ask a page in the browser: JavaScript that looks at boxes, sizes and words, and changes nothing."""

from __future__ import annotations

TEXTS = """
  const shown = node => {
    const box = node.getBoundingClientRect();
    return box.width > 0.5 && box.height > 0.5 && node.checkVisibility({ visibilityProperty: true });
  };
  const scale = node => {
    const svg = node.ownerSVGElement;
    const wide = svg && svg.viewBox.baseVal ? svg.viewBox.baseVal.width : 0;
    return wide ? svg.getBoundingClientRect().width / wide : 1;
  };
  const here = document.querySelector('.bd-article');
  const said = node => (node.textContent || '').trim().replace(/\\s+/g, ' ').slice(0, 40);
"""
"""Helpers of the probes below."""

OVERLAPS = f"""() => {{ {TEXTS}
  const words = 'svg text, .cvc-label, .cvc-number b, .cvc-number i, .cvc-big b, .cvc-big span';
  const boxes = [...here.querySelectorAll(words)].filter(n => said(n) && shown(n))
    .filter(n => !n.closest('.cvc-unseen')).map(n => [n, n.getBoundingClientRect()]);
  const bad = [];
  for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {{
    const [a, p] = boxes[i], [c, q] = boxes[j];
    if (a.contains(c) || c.contains(a) || said(a) === said(c)) continue;
    const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (wide > 1 && high > 0.3 * Math.min(p.height, q.height)) bad.push(said(a) + ' | ' + said(c));
  }}
  return bad;
}}"""
"""Pairs of texts in charts and pictures that lie upon each other."""

SMALL = f"""() => {{ {TEXTS}
  return [...here.querySelectorAll('*')]
    .filter(n => [...n.childNodes].some(c => c.nodeType === 3 && c.textContent.trim()) && shown(n))
    .filter(n => !n.closest('.cvc-unseen, script, style, sub, sup, mjx-container, .headerlink'))
    .map(n => [n, parseFloat(getComputedStyle(n).fontSize) * scale(n)])
    .filter(([, size]) => size < 11.95).map(([n, size]) => size.toFixed(1) + ' ' + said(n));
}}"""
"""Texts smaller than 12 px as they are seen."""

NARROW = f"""() => {{ {TEXTS}
  return [...here.querySelectorAll('figure')].filter(shown).filter(f => !f.closest('.cvc-card, details'))
    .map(f => [f, f.getBoundingClientRect().width / f.parentElement.clientWidth])
    .filter(([, share]) => share < 0.85).map(([f, share]) => share.toFixed(2) + ' ' + (f.id || said(f)));
}}"""
"""Figures that fill less than 85 % of their column."""

OUTSIDE = f"""() => {{ {TEXTS}
  const column = here.getBoundingClientRect();
  return [...here.querySelectorAll('svg text, p, dd, b, li, figure, h2, h3')].filter(shown)
    .filter(n => !n.closest('.cvc-scroll, .pst-scrollable-table-container, .cvc-unseen, pre, .highlight, .indextable'))
    .filter(n => {{ const b = n.getBoundingClientRect();
      return b.right > Math.min(column.right, innerWidth) + 1 || b.left < Math.max(column.left, 0) - 1; }})
    .map(n => n.tagName + ' ' + said(n));
}}"""
"""What stands outside the text column, but for what scrolls in its own box."""

LAYOUT = {"overlap": OVERLAPS, "below 12 px": SMALL, "does not fill": NARROW, "outside": OUTSIDE}
SCROLL = "document.documentElement.scrollWidth"
