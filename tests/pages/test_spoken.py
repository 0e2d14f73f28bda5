"""The language of a text is told rightly, or not at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.extract import extract
from migrator.pages.spoken import spoken_language
from tests.shared import shared_folder

SAID = {
    "en": "The children of the village walk to school with their friends. The water in the well is clean, and it is for all.",
    "fr": "Les enfants du village vont à l'école avec leurs amis. L'eau du puits est propre, et elle est pour tous ici.",
    "es": "Los niños del pueblo van a la escuela con sus amigos. El agua del pozo es limpia, y es para todos los de la zona.",
    "ru": "Дети из деревни ходят в школу вместе с друзьями. Вода в колодце чистая, и её хватает всем, кто живёт рядом с нами.",
    "ar": "يذهب أطفال القرية إلى المدرسة مع أصدقائهم كل يوم. الماء في البئر نظيف وهو لجميع الناس الذين يعيشون في المنطقة.",
    "zh": "村里的孩子们每天和朋友一起去上学。井里的水很干净，住在这里的每个人都可以用。",
    "pt": "As crianças da aldeia vão para a escola com os seus amigos. A água do poço é limpa, e não é só para os mais velhos.",
    "de": "Die Kinder aus dem Dorf gehen mit ihren Freunden in die Schule. Das Wasser im Brunnen ist sauber und für alle da.",
    "sw": "Watoto wa kijiji huenda shule na marafiki zao kila siku. Maji ya kisima ni safi, na ni kwa ajili ya watu wote.",
    "hi": "गाँव के बच्चे हर दिन अपने दोस्तों के साथ स्कूल जाते हैं। कुएँ का पानी साफ है और यह सब लोगों के लिए है, जो यहाँ रहते हैं।",
    "ja": "村の子どもたちは毎日、友だちと一緒に学校へ行きます。井戸の水はきれいで、みんなのものです。",
    "ko": "마을 아이들은 날마다 친구들과 함께 학교에 갑니다. 우물의 물은 깨끗하고 모두의 것입니다.",
    "uk": "Діти із села ходять до школи разом із друзями. Вода в криниці чиста, і її вистачає всім, хто живе поруч із нами.",
    "fa": "بچه‌های روستا هر روز با دوستانشان به مدرسه می‌روند. آب چاه پاک است و برای همه کسانی است که در اینجا زندگی می‌کنند.",
    "it": "I bambini del villaggio vanno a scuola con gli amici. L'acqua del pozzo è pulita, ed è per tutti nella zona.",
    "th": "เด็กๆ ในหมู่บ้านเดินไปโรงเรียนกับเพื่อนทุกวัน น้ำในบ่อสะอาด และเป็นของทุกคนที่อาศัยอยู่ที่นี่ด้วยกัน",
}


@pytest.mark.parametrize("language", SAID)
def test_a_few_sentences_are_told_rightly_or_not_at_all(language: str) -> None:
    assert spoken_language(SAID[language]) == language


def test_a_mixture_and_a_word_are_not_told() -> None:
    assert spoken_language("Water") == ""
    assert spoken_language(" ".join(SAID[language][:60] for language in ("en", "ru", "ar", "hi"))) == ""
    assert (
        spoken_language("NGO UNICEF WHO 2024 2025 $100 DP-12 ACME Lantern Foundation Geneva Nairobi Kathmandu Lagos Osaka Lima")
        == ""
    )


def test_pages_of_real_sites_are_told_rightly_or_not_at_all() -> None:
    right = wrong = silent = 0
    for site in ("login-gov", "visualstudio-docs-ja", "cloud-gov"):
        with shared_folder(f"truth/{site}").joinpath("old.jsonl").open(encoding="utf-8") as lines:
            for number, page in enumerate(map(json.loads, lines)):
                if number % 10 == 0:
                    content = extract(page["html"].encode(), f"http://h{page['url']}", "utf-8")
                    told, said = spoken_language(content.text), content.language[:2]
                    silent, right, wrong = silent + (not told), right + (told == said), wrong + (told not in ("", said))

    assert wrong == 0
    assert right > 4 * silent


@given(st.text(max_size=300))
def test_no_text_makes_it_raise(text: str) -> None:
    assert len(spoken_language(text)) in (0, 2)
