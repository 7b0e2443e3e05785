"""Recognises personal data in headers and cells, and masks it."""

from __future__ import annotations

import datetime
import re

from cvc_helpers.intake.grammar import label

PERSONAL_HEADERS = (
    "姓名", "投保人姓名", "投保人", "被保人姓名", "被保险人姓名", "被保人", "被保险人", "受益人",
    "客户姓名", "代理人姓名", "业务员姓名", "联系人", "要保人", "证件号码", "证件号", "证件类型",
    "身份证", "身份证号", "身份证号码", "手机", "手机号", "手机号码", "电话", "联系电话", "移动电话",
    "邮箱", "电子邮箱", "email", "微信", "微信号", "地址", "联系地址", "通讯地址", "家庭住址",
    "银行账号", "银行卡号", "账号", "name", "phone", "mobile", "address",
)  # fmt: skip
"""Headers of columns that are never read."""
_PERSONAL_PARTS = (
    "姓名",
    "证件号",
    "身份证",
    "手机",
    "电话",
    "邮箱",
    "微信",
    "住址",
    "地址",
    "卡号",
    "银行账",
    "受益人",
    "护照",
)
_CERTIFICATE = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])")
_CARD = re.compile(r"(?<![0-9A-Za-z])\d{16,19}(?![0-9A-Za-z])")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def is_personal_header(name: str) -> bool:
    """Whether a header promises names, certificate numbers, phones, addresses or accounts."""
    known = label(name)
    return known in {label(word) for word in PERSONAL_HEADERS} or any(part in known for part in _PERSONAL_PARTS)


def is_certificate(text: str) -> bool:
    """Whether 18 characters are a certificate number: a birth date at 7–14 and the mod-11 check character."""
    try:
        datetime.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    check = sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True)) % 11
    return 1900 <= int(text[6:10]) <= 2100 and "10X98765432"[check] == text[17].upper()


def is_card(text: str) -> bool:
    """Whether 16–19 digits pass the Luhn check of bank cards."""
    digits = [int(digit) for digit in reversed(text)]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def personal_spans(text: str, *, cards: bool = True) -> list[tuple[int, int]]:
    """Where certificate numbers, mobile numbers, bank cards and e-mail addresses stand in a text."""
    found = [hit.span() for hit in _CERTIFICATE.finditer(text) if is_certificate(hit.group())]
    found += [hit.span() for pattern in (_MOBILE, _EMAIL) for hit in pattern.finditer(text)]
    if cards:
        found += [hit.span() for hit in _CARD.finditer(text) if is_card(hit.group())]
    return found


def mask(text: str) -> str:
    """A value as messages may show it: first two and last two characters; nothing of a short one."""
    return text[:2] + "*" * (len(text) - 4) + text[-2:] if len(text) >= 10 else "*" * min(len(text), 6)


def mask_personal(text: str) -> str:
    """The text with every personal number or address in it starred out."""
    for start, end in personal_spans(text):
        text = text[:start] + "*" * (end - start) + text[end:]
    return text
