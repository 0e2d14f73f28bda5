"""Which language a text is in, told from its script and its commonest words. What a page says of itself is not looked at here."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter

FEWEST_LETTERS = 60  # below it nothing is said
LOOKED_AT = 6_000  # characters
_DENSE = ("han", "kana", "ko")
_DENSITY = 3  # letters of others that one of these says as much as
_KANA = 0.05  # of the letters: so many tell Japanese from Chinese
_MAJORITY = 0.6  # of the letters that one script must have
_SHARE = 0.16  # of the words that must be among the commonest of a language written in Latin letters
_LEAD = 1.4  # times as many of them as any other language has
_RARE = 0.004  # of the letters: so many that are one language's own decide

# Where scripts begin, by code point, and the language that is written in them, or a name that further looking resolves.
_STARTS = (
    *((0x0, ""), (0x41, "latin"), (0x5B, ""), (0x61, "latin"), (0x7B, ""), (0xC0, "latin"), (0x250, ""), (0x370, "el")),
    *((0x400, "cyrillic"), (0x530, "hy"), (0x590, "he"), (0x600, "arabic"), (0x700, ""), (0x900, "devanagari"), (0x980, "bn")),
    *((0xA00, "pa"), (0xA80, "gu"), (0xB00, "or"), (0xB80, "ta"), (0xC00, "te"), (0xC80, "kn"), (0xD00, "ml"), (0xD80, "si")),
    *((0xE00, "th"), (0xE80, "lo"), (0xF00, "bo"), (0x1000, "my"), (0x10A0, "ka"), (0x1100, "ko"), (0x1200, "am"), (0x13A0, "")),
    *((0x1780, "km"), (0x1800, "mn"), (0x18B0, ""), (0x1E00, "latin"), (0x1F00, "el"), (0x2000, ""), (0x3040, "kana")),
    *((0x3100, ""), (0x3400, "han"), (0xA000, ""), (0xAC00, "ko"), (0xD7B0, ""), (0xF900, "han"), (0xFB00, ""), (0x20000, "han")),
)
_POINTS = [point for point, _ in _STARTS]

# Letters that the first language of a script does not have, most telling first.
_OWN_LETTERS = {
    "arabic": (("ur", "ٹڈڑںےھ"), ("fa", "پچژگ"), ("ar", "ةىيكأإ")),
    "cyrillic": (("uk", "іїєґ"), ("be", "ў"), ("sr", "ђјљњћџ"), ("kk", "әқңғұ"), ("ru", "ыэё"), ("bg", "ъщ")),
}
_WORDS = re.compile(r"[\w\u0900-\u097f]+")  # vowel signs are no letters to \w

# The commonest words of languages that share a script. Some are there so that they are not taken for others.
_COMMONEST = {
    "latin": {
        "en": "the of and to in is that for it with as was on are by this be at from or an have not you we our which their",
        "fr": "le la les de des du et un une en est que qui dans pour pas sur au aux par plus ce cette nous vous avec sont ne se",
        "es": "el la los las de del y en que un una es por con para se no su al lo como más o este esta son sus pero entre",
        "pt": "o a os as de do da dos das e em que um uma é por com para se não no na ao mais como ou este esta são seu sua",
        "it": "il la i gli le di del della dei e in che un una è per con non si da al come più o questo questa sono nel alla",
        "ca": "el la els les de del i en que un una és per amb no es al als com més o aquest aquesta són seva dels pel hi ha seu",
        "de": "der die das und in den von zu mit ist des im für auf dem nicht ein eine sich auch als es an werden aus bei wir",
        "nl": "de het een en van in is dat op te voor met zijn die niet aan er om ook als bij door maar naar worden uit of",
        "sv": "och att det i en som är på för av med till den inte om ett har de var vi från kan ska eller också vid så",
        "da": "og at det i en som er på for af med til den ikke om et har de var vi fra kan skal eller også ved så der",
        "no": "og at det i en som er på for av med til den ikke om et har de var vi fra kan skal eller også ved så ble",
        "fi": "ja on ei se että oli joka hän ovat mutta tai kun myös sekä voi niin ole jos mukaan ne tämä kuin vain",
        "pl": "w i na z do się nie że jest o to jak za od po przez dla oraz są co ale czy tym lub być ich jego może",
        "cs": "a v se na je že s z do o pro i to k ve za by jsou ale jako od po nebo který které byl při může",
        "hu": "a az és hogy nem is egy ez volt meg de csak már ha el kell még mint vagy lehet azt van ki be",
        "ro": "de și în la a cu pe o un să că nu este din pentru care se mai sunt ce sau prin fi lui au după",
        "tr": "ve bir bu da de için ile olarak çok daha olan gibi en kadar ne var sonra her veya ancak ise o",
        "id": "yang dan di dari untuk dengan ini itu pada dalam tidak akan ke adalah oleh juga atau sebagai dapat kami telah",
        "sw": "ya na wa kwa ni za katika la kuwa cha hii au pia kama watu hiyo huo yake wao vya ili lakini kutoka hivyo",
        "vi": "và của là các có cho được trong với không những một này người đã để từ khi về như đến tại cũng trên",
        "tl": "ang ng sa na mga at ay para hindi ito nang may kung ni si mula kaya rin lamang isang ating kanyang",
        "so": "iyo oo ka ku waa in uu ay la u ah soo waxa waxaa ee si kale kuwa ama laga",
        "ht": "nan yo ak pou ki se la a pa li nou sou gen yon moun te ap fè oswa kapab",
    },
    "devanagari": {
        "hi": "के का की है और में से को हैं पर यह कि ने एक लिए भी इस नहीं था या करने",
        "mr": "आहे आणि या च्या ने मध्ये हे साठी तर होते की व असे आहेत ही त्या नाही",
        "ne": "छ र को मा लागि गर्न भएको यो हुन्छ छन् पनि गरेको हो ले बाट थियो तथा",
    },
}
_LISTS = {script: {name: frozenset(words.split()) for name, words in lists.items()} for script, lists in _COMMONEST.items()}
# A word that several languages have says less about each.
_WEIGHTS = {
    script: {word: 1 / number for word, number in Counter(word for words in lists.values() for word in words).items()}
    for script, lists in _LISTS.items()
}


def spoken_language(text: str) -> str:
    """The primary language of a text as a two-letter tag (ISO 639-1), or "" where it is too short or too unclear to say."""
    text = text[:LOOKED_AT].lower()
    scripts = Counter(_STARTS[bisect_right(_POINTS, ord(letter)) - 1][1] for letter in text)
    del scripts[""]
    for dense in _DENSE:
        scripts[dense] *= _DENSITY
    letters = scripts.total()
    if letters < FEWEST_LETTERS:
        return ""
    if scripts["han"] + scripts["kana"] >= _MAJORITY * letters:
        return "ja" if scripts["kana"] >= _KANA * letters else "zh"
    ((script, most),) = scripts.most_common(1)
    if most < _MAJORITY * letters:
        return ""
    if script in _LISTS:
        return _by_words(text, script)
    if script in _OWN_LETTERS:
        return _by_letters(text, script, most)
    return script if len(script) == 2 else ""


def _by_letters(text: str, script: str, letters: int) -> str:
    for language, own in _OWN_LETTERS[script]:
        if sum(map(text.count, own)) >= _RARE * letters:
            return language
    return ""


def _by_words(text: str, script: str) -> str:
    words = Counter(_WORDS.findall(text))
    weights = _WEIGHTS[script]

    def weight(common: frozenset[str]) -> float:
        return sum(words[word] * weights[word] for word in common)

    lists = _LISTS[script]
    first, second = sorted(lists, key=lambda language: -weight(lists[language]))[:2]
    share = sum(words[word] for word in lists[first]) / max(1, words.total())
    return first if share >= _SHARE and weight(lists[first]) >= _LEAD * weight(lists[second]) else ""
