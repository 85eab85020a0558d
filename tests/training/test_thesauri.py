import gzip
import io
import tarfile
from pathlib import Path

import pytest

from detector.training.thesauri import read_moby, read_wordnet

# Three made-up synsets in the format of wndb(5WN): fast (adjective), quick/speedy, quickness.
DATA_ADJ = """\
  1 This line stands for the licence.
00000010 00 a 02 quick 0 speedy(p) 0 002 + 00000030 n 0101 & 00000050 a 0000 | done in little time
00000050 00 s 01 light_footed 0 001 & 00000010 a 0000 | moving on quick feet
"""
DATA_NOUN = """\
00000030 03 n 01 quickness 0 002 + 00000010 a 0101 @ 00000040 n 0000 | being quick
00000040 03 n 01 pace 0 001 ~ 00000030 n 0000 | rate of moving
"""
INDEX_ADJ = """\
quick a 1 2 + & 1 1 00000010
speedy a 1 1 & 1 0 00000010
light_footed a 1 1 & 1 0 00000050
"""
INDEX_NOUN = """\
quickness n 1 2 + @ 1 0 00000030
pace n 1 1 ~ 1 0 00000040
"""


@pytest.fixture
def wordnet(tmp_path: Path) -> Path:
    archive = tmp_path / "wordnet30.tar.gz"
    with tarfile.open(archive, "w:gz") as out:
        for name, content in {
            "data.adj": DATA_ADJ,
            "data.noun": DATA_NOUN,
            "index.adj": INDEX_ADJ,
            "index.noun": INDEX_NOUN,
            "noun.exc": "geese goose\n",
        }.items():
            member = tarfile.TarInfo(f"wordnet/{name}")
            member.size = len(content)
            out.addfile(member, io.BytesIO(content.encode()))
    return tmp_path


def test_wordnet_relations_have_names_and_parts_of_speech(wordnet: Path) -> None:
    links = read_wordnet(wordnet).links["quick"]
    assert {(link.relation, link.target, link.target_pos) for link in links} == {
        ("synonym", "speedy", "a"),
        ("derivation", "quickness", "n"),
        ("similar", "light footed", "a"),
    }


def test_wordnet_derivation_ties_words_and_not_whole_synsets(wordnet: Path) -> None:
    links = read_wordnet(wordnet).links
    assert "quickness" not in {link.target for link in links["speedy"]}
    assert {link.target for link in links["quickness"]} == {"quick", "pace"}


def test_wordnet_weights_can_be_limited_to_relations(wordnet: Path) -> None:
    weights = read_wordnet(wordnet).weights({"synonym"})
    assert weights["quick"] == {"speedy": 1.0}
    assert "pace" not in weights


def test_moby_weighs_by_shared_lists(tmp_path: Path) -> None:
    lines = [
        "large,big,great,wide",
        "big,large,great,grown up",
        "grown up,adult,mature",
    ]
    with gzip.open(tmp_path / "moby.txt.gz", "wt") as out:
        out.write("\n".join(lines))
    weights = read_moby(tmp_path).weights()
    assert set(weights["big"]) == {"large", "great", "grown up"}
    assert weights["big"]["large"] > weights["big"]["grown up"] > weights["big"]["great"] - 1e-9
    assert weights["big"]["great"] == pytest.approx(0.1)  # no root of its own
