"""Places of the fictitious insurer: six provincial branches with four sub-branches each."""

from __future__ import annotations

from typing import NamedTuple


class Branch(NamedTuple):
    """One provincial branch: code of the province, names, share of customers, community in reach, host."""

    province: str
    en: str
    zh: str
    share: float
    in_reach: bool
    host: int


class Place(NamedTuple):
    """One sub-branch: its branch (index), city, city tier, share within the branch, and districts."""

    branch: int
    city: str
    zh: str
    tier: int
    share: float
    districts: tuple[str, ...]


BRANCHES = (
    Branch("31", "Shanghai", "上海", 0.19, True, 0),
    Branch("51", "Sichuan", "四川", 0.12, True, 1),
    Branch("32", "Jiangsu", "江苏", 0.14, True, 2),
    Branch("33", "Zhejiang", "浙江", 0.19, False, 0),
    Branch("44", "Guangdong", "广东", 0.20, False, 1),
    Branch("21", "Liaoning", "辽宁", 0.16, False, 0),
)
"""`host` is the branch whose community customers from elsewhere travel to."""

PLACES = (
    Place(0, "Shanghai", "上海北区", 1, 0.34, ("Jing'an", "Hongkou", "Yangpu", "Baoshan")),
    Place(0, "Shanghai", "上海南区", 1, 0.28, ("Xuhui", "Huangpu", "Minhang", "Fengxian")),
    Place(0, "Shanghai", "浦东", 1, 0.26, ("Pudong", "Lujiazui", "Zhangjiang", "Chuansha")),
    Place(0, "Shanghai", "上海西区", 1, 0.12, ("Changning", "Putuo", "Jiading", "Qingpu")),
    Place(1, "Chengdu", "成都", 2, 0.55, ("Wuhou", "Jinjiang", "Qingyang", "Wenjiang")),
    Place(1, "Mianyang", "绵阳", 3, 0.17, ("Fucheng", "Youxian", "Anzhou", "Jiangyou")),
    Place(1, "Deyang", "德阳", 3, 0.14, ("Jingyang", "Luojiang", "Guanghan", "Shifang")),
    Place(1, "Yibin", "宜宾", 3, 0.14, ("Cuiping", "Nanxi", "Xuzhou", "Changning")),
    Place(2, "Suzhou", "苏州", 2, 0.36, ("Industrial Park", "Gusu", "Wuzhong", "Kunshan")),
    Place(2, "Nanjing", "南京", 2, 0.30, ("Gulou", "Xuanwu", "Jianye", "Jiangning")),
    Place(2, "Wuxi", "无锡", 2, 0.18, ("Liangxi", "Binhu", "Xishan", "Jiangyin")),
    Place(2, "Nantong", "南通", 3, 0.16, ("Chongchuan", "Tongzhou", "Haimen", "Rugao")),
    Place(3, "Hangzhou", "杭州", 2, 0.42, ("Binjiang", "Xihu", "Yuhang", "Xiaoshan")),
    Place(3, "Ningbo", "宁波", 2, 0.28, ("Haishu", "Yinzhou", "Beilun", "Cixi")),
    Place(3, "Wenzhou", "温州", 3, 0.16, ("Lucheng", "Ouhai", "Longwan", "Rui'an")),
    Place(3, "Jinhua", "金华", 3, 0.14, ("Wucheng", "Jindong", "Yiwu", "Dongyang")),
    Place(4, "Foshan", "佛山", 2, 0.32, ("Chancheng", "Nanhai", "Shunde", "Sanshui")),
    Place(4, "Guangzhou", "广州", 1, 0.32, ("Tianhe", "Yuexiu", "Haizhu", "Panyu")),
    Place(4, "Dongguan", "东莞", 2, 0.20, ("Nancheng", "Dongcheng", "Chang'an", "Humen")),
    Place(4, "Zhuhai", "珠海", 3, 0.16, ("Xiangzhou", "Doumen", "Jinwan", "Hengqin")),
    Place(5, "Shenyang", "沈阳", 2, 0.44, ("Tiexi", "Heping", "Dadong", "Shenhe")),
    Place(5, "Dalian", "大连", 2, 0.30, ("Zhongshan", "Xigang", "Shahekou", "Ganjingzi")),
    Place(5, "Anshan", "鞍山", 3, 0.14, ("Tiedong", "Tiexi", "Lishan", "Qianshan")),
    Place(5, "Jinzhou", "锦州", 4, 0.12, ("Guta", "Linghe", "Taihe", "Linghai")),
)
"""Sub-branches in the order of their branches; Shanghai has four in one city."""

PLACES_EACH = 4
"""Sub-branches of a branch."""
