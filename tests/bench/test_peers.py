"""Systems are measured side by side: the same questions and passages, our scores, nothing guessed of what they hide."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from tiny_models import save_reader

from embeddings.errors import BenchmarkError, SettingsError
from embeddings.types import Document
from eval.bench import peers
from eval.bench.peer_materials import Weights, prepare, weights_of
from eval.bench.peer_runs import Installed, Measured, Peer, Turn, find, measure, python_of
from eval.bench.peer_scores import GoldSet, answers_table, costs_table, fastest_peer, notes
from eval.bench.systems.plain import PlainReader
from eval.bench.systems.process import described, factory, work_through
from eval.bench.systems.work import Asked, GivenText, Mode, Place, Reply, Words, Work, WorkDone
from eval.report.readme import check_markers, markers
from eval.sets.gold import GoldAnswer, GoldQuestion
from eval.trial import Trial
from qa.settings import Precision

HARBOUR = Document("harbour", "Harbour", "harbour.txt", "The lighthouse was built by Ingrid Solheim. Boats sleep.")
BAKERY = Document("bakery", "Bakery", "bakery.txt", "The bakery opens at six. Rye bread costs two euros.")
DOCUMENTS = {document.id: document for document in (HARBOUR, BAKERY)}
PASSAGES = tuple(GivenText(Place(d.id, 0, len(d.text)), 0, d.text) for d in DOCUMENTS.values())


def gold(id: str, question: str, document: Document | None = None, text: str = "") -> GoldQuestion:
    if document is None:
        return GoldQuestion(id, "unanswerable", question, ())
    start = document.text.index(text)
    return GoldQuestion(id, "answerable", question, (GoldAnswer(document.id, start, start + len(text), text),))


QUESTIONS = (
    gold("1", "Who built the lighthouse?", HARBOUR, HARBOUR.text),
    gold("2", "When does the bakery open?", BAKERY, "six"),
    gold("3", "Where do elephants sing?"),
    gold("4", "When is the tide low?"),
)
GOLD = GoldSet(QUESTIONS, DOCUMENTS, len(PASSAGES))


def work(mode: Mode = "pipeline", questions: tuple[GoldQuestion, ...] = QUESTIONS, reader: Path = Path()) -> Work:
    asked = tuple(Asked(question.id, question.question, (0, 1)) for question in questions)
    return Work(mode, str(reader), "", 2, tuple(DOCUMENTS.values()), PASSAGES, asked)


def installed(name: str, label: str = "Keywords 1.0", precision: Precision | None = None) -> Installed:
    return Installed(Peer(label, f"keyword_peer:{name}", "", (), precision=precision), sys.executable, label)


@pytest.fixture
def on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes find the small systems of the tests."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))


# ---------------------------------------------------------------- a process

places = st.builds(Place, st.text(max_size=5), st.integers(0, 9), st.integers(10, 20))
words = st.none() | st.builds(Words, st.text(), st.lists(places, max_size=2).map(tuple))
replies = st.builds(
    Reply, words, words, st.none() | st.floats(allow_nan=False), st.lists(places, max_size=2).map(tuple), st.text()
)


@given(st.dictionaries(st.text(), replies, max_size=3))
def test_a_report_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, replies: dict[str, Reply]
) -> None:
    file = tmp_path_factory.mktemp("report") / "report.json"
    report = WorkDone(12.5, 0.25, replies)
    report.write(file)
    assert WorkDone.load(file) == report


@pytest.mark.parametrize("mode", ["reader", "pipeline"])
def test_work_is_read_as_it_was_written(tmp_path: Path, mode: Mode) -> None:
    work(mode).write(tmp_path / "work.json")
    assert Work.load(tmp_path / "work.json") == work(mode)


@pytest.mark.usefixtures("on_the_path")
@pytest.mark.parametrize("mode", ["reader", "pipeline"])
def test_a_system_is_measured_in_a_process_of_its_own(mode: Mode) -> None:
    (found,) = measure({"keywords": installed("KeywordPeer")}, [work(mode)]).values()
    assert found.failure == ""
    assert found.replies["1"].words == Words(HARBOUR.text, (PASSAGES[0].place,))
    assert found.replies["2"].found == (PASSAGES[1].place, PASSAGES[0].place)
    assert found.replies["3"].words is None
    assert found.startup > 0
    assert found.peak > 5 << 20
    assert all(reply.seconds > 0 for reply in found.replies.values())


@pytest.mark.usefixtures("on_the_path")
def test_systems_take_turns_each_with_its_share_of_the_questions() -> None:
    lines: list[str] = []
    systems = {"a": installed("KeywordPeer", "A"), "b": installed("TaciturnPeer", "B")}
    found = measure(systems, [work(questions=QUESTIONS[::2]), work(questions=QUESTIONS[1::2])], lines.append)
    assert [line.split(":")[0] for line in lines] == ["A", "B", "A", "B"]
    assert all(sorted(measured.replies) == ["1", "2", "3", "4"] for measured in found.values())


@pytest.mark.usefixtures("on_the_path")
def test_a_question_that_a_system_fails_on_is_a_refusal_and_the_next_is_asked() -> None:
    (found,) = measure({"keywords": installed("KeywordPeer")}, [work(questions=QUESTIONS[::-1])]).values()
    assert found.replies["4"] == replace(found.replies["4"], words=None, error="ValueError: no tide table")
    assert found.replies["1"].words is not None
    (line,) = notes([found])
    assert line.startswith("Keywords 1.0 raised on 1 of 4 questions: `ValueError: no tide table`.")


@pytest.mark.usefixtures("on_the_path")
def test_a_system_whose_process_dies_leaves_the_others_alone() -> None:
    wreck = gold("5", "Who saw the shipwreck?")
    systems = {"dies": installed("KeywordPeer", "Dies"), "missing": installed("NoSuchPeer", "Missing")}
    systems |= {"lives": installed("SilentPeer", "Lives")}
    works = [work(questions=QUESTIONS[:2]), work(questions=(wreck,)), work(questions=QUESTIONS[2:])]
    found = measure(systems, works)
    assert "ended with 3" in found["dies"].failure
    assert len(found["dies"].turns) == 1
    assert "NoSuchPeer" in found["missing"].failure
    assert len(found["lives"].turns) == 3
    table = answers_table(GOLD, "pipeline", list(found.values()))
    assert "| Missing | — | — |" in table
    assert "| Missing | — | — |" in costs_table("pipeline", list(found.values()))
    assert [line.split(" was not")[0] for line in notes(list(found.values()))] == ["Dies", "Missing"]


def test_the_first_question_is_asked_once_before_it_counts() -> None:
    asked: list[str] = []

    class Listening:
        def index(self) -> None:
            asked.append("index")

        def answer(self, question: Asked) -> Reply:
            asked.append(question.id)
            return Reply()

        def complete(self, question: Asked, reply: Reply) -> Reply:
            raise KeyError("cellar")

    report = work_through(Listening(), work().questions[:2])
    assert asked == ["index", "1", "1", "2"]
    assert report.replies["1"].error == described(KeyError("cellar"))


def test_what_runs_in_the_environment_of_a_system_needs_the_standard_library_alone(root: Path) -> None:
    names = sorted(path.stem for path in (root / "eval" / "bench" / "systems").glob("*.py") if path.stem != "__init__")
    imports = "; ".join(f"import eval.bench.systems.{name}" for name in names)
    subprocess.run([sys.executable, "-S", "-c", imports], cwd=root, env={"PYTHONPATH": str(root)}, check=True)
    assert {"haystack", "txtai", "plain", "pincite"} <= set(names)


def test_every_system_of_the_command_has_what_opens_it() -> None:
    assert all(callable(factory(peer.factory)) for peer in peers.PEERS.values())


# ---------------------------------------------------------------- what is not there


def test_a_system_that_is_not_installed_is_told_in_one_line_that_says_how_to_install_it() -> None:
    peer = Peer("Lanterns", "lanterns:open", "lanterns", ("lanterns_of_no_one",))
    with pytest.raises(BenchmarkError) as raised:
        find("lanterns", peer, None)
    said = str(raised.value)
    assert "\n" not in said
    assert said.startswith("lanterns: not installed for ")
    assert "pip install '.[peers]'" in said
    assert "--env lanterns=FOLDER" in said
    assert "--only" in said


def test_a_system_that_is_installed_is_shown_with_its_version() -> None:
    found = find("tests", Peer("Tests", "", "pytest", ("pytest",)), None)
    assert found.label == f"Tests {pytest.__version__}"
    assert find("ours", Peer("Ours", "", "", ("json",)), None).label == "Ours"


def test_an_environment_is_the_folder_of_one(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="no Python there"):
        python_of("haystack", tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    assert python_of("haystack", tmp_path) == str(tmp_path / "bin" / "python")
    assert python_of("haystack", None) == sys.executable


@pytest.mark.parametrize("given", ["haystack", "haystack=", "lanterns=folder"])
def test_an_environment_of_another_form_is_told(given: str) -> None:
    with pytest.raises(BenchmarkError, match="expected NAME=FOLDER"):
        peers.environments_of([given])


def test_a_page_without_markers_is_refused_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing here", encoding="utf-8")
    assert peers.main(["--reader", str(tmp_path), "--write", str(page)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "peers:reader:begin" in line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--reader", "nowhere"], "nowhere: no such folder|nowhere: not a folder here"),
        (["--reader", "nowhere", "--articles", "Normans"], "--articles is about a file of SQuAD"),
        (["--reader", "nowhere", "--squad", "nowhere.json"], "nowhere.json"),
        (["--reader", "nowhere", "--env", "plain"], "expected NAME=FOLDER"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert peers.main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert any(part in line for part in said.split("|"))


@pytest.mark.parametrize("option", ["--rounds", "--sample"])
def test_less_than_one_of_anything_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        peers.main(["--reader", "x", option, "0"])
    assert "expected at least 1" in capsys.readouterr().err


def test_a_sample_of_the_gold_is_drawn_and_told() -> None:
    options = peers.parser().parse_args(["--reader", "x", "--sample", "7"])
    trial = peers.trial_of(options)
    assert len(trial.questions) == 7
    assert trial.notes[0].startswith("A sample of 7 of ")


# ---------------------------------------------------------------- what is given to all


def test_every_system_is_given_the_passages_that_pincite_cuts_and_retrieves() -> None:
    materials = prepare(QUESTIONS, list(DOCUMENTS.values()), Weights(Path("reader"), Path("encoder")))
    assert all(p.text == DOCUMENTS[p.place.document].text[p.place.start : p.place.end] for p in materials.passages)
    first, second = materials.works("reader", rounds=2)
    assert [question.id for question in first.questions] == ["1", "3"]
    assert [question.id for question in second.questions] == ["2", "4"]
    assert first.given(first.questions[0])[0].place.document == "harbour"
    assert len(materials.works("pipeline", rounds=9)) == len(QUESTIONS)


def test_weights_that_are_no_reader_are_refused(tmp_path: Path) -> None:
    from embeddings.errors import ModelError

    (tmp_path / "config.json").write_text('{"architectures": ["BertModel"]}', encoding="utf-8")
    (tmp_path / "model.safetensors").touch()
    with pytest.raises(ModelError, match="BertModel"):
        weights_of(tmp_path)


# ---------------------------------------------------------------- tables


def measured(label: str, replies: dict[str, Reply], seconds: float = 0.1, ours: Precision | None = None) -> Measured:
    timed = {id: replace(reply, seconds=seconds) for id, reply in replies.items()}
    return Measured(installed("KeywordPeer", label, ours), (Turn(WorkDone(0.0, 1.5, timed), 4.0, 200 << 20),))


SIX = Words("six", (Place("bakery", 20, 23),))
TOLD = {
    "1": Reply(Words(HARBOUR.text, (PASSAGES[0].place,)), score=3.0, found=(PASSAGES[0].place,)),
    "2": Reply(None, SIX, score=1.0, found=(PASSAGES[0].place, PASSAGES[1].place)),
    "3": Reply(SIX, SIX, score=2.0),
    "4": Reply(None, SIX, score=0.0),
}


def cells(table: str, row: str) -> dict[str, str]:
    """A row of a Markdown table by its columns, without intervals."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    found = next(line for line in lines if line[0] == row)
    return {name: cell.split(" (")[0] for name, cell in zip(lines[0], found, strict=True)}


def test_replies_are_scored_by_our_metrics() -> None:
    row = cells(answers_table(GOLD, "pipeline", [measured("Peer", TOLD)]), "Peer")
    assert row["exact match"] == row["token F1"] == row["citation accuracy"] == "50.0"
    assert row["F1, never refusing"] == "100.0"
    assert row["recall@5"] == "100.0"
    assert row["abstention AUROC"] == "0.750"
    assert row["refused, answerable"] == row["refused, unanswerable"] == "50.0"
    assert row["raised an error"] == "0 of 4"


def test_what_a_system_does_not_tell_is_said_and_not_guessed() -> None:
    silent = {"1": Reply(Words(HARBOUR.text)), "2": Reply(error="TypeError"), "3": Reply(), "4": Reply()}
    row = cells(answers_table(GOLD, "pipeline", [measured("Peer", silent)]), "Peer")
    assert row["citation accuracy"] == "no offsets"
    assert row["abstention AUROC"] == "no score"
    assert row["F1, never refusing"] == "not told"
    assert row["recall@5"] == "not told"
    assert row["raised an error"] == "1 of 4"


def test_a_reader_alone_has_no_recall() -> None:
    assert "recall" not in answers_table(GOLD, "reader", [measured("Peer", TOLD)])


def test_offsets_that_no_document_has_are_no_citation() -> None:
    wrong = (Place("bakery", 20, 9_999), Place("cellar", 0, 3), Place("bakery", 3, 3))
    replies = TOLD | {"1": Reply(Words(HARBOUR.text, wrong)), "2": Reply(Words("six", wrong))}
    row = cells(answers_table(GOLD, "reader", [measured("Peer", replies)]), "Peer")
    assert (row["exact match"], row["citation accuracy"]) == ("100.0", "0.0")


def test_costs_stand_beside_the_fastest_peer() -> None:
    found = [measured("Ours", TOLD, 0.05, "int8"), measured("Fast", TOLD, 0.1), measured("Slow", TOLD, 0.4)]
    table = costs_table("pipeline", found)
    assert "| Ours | 50 | 50 | 2.00 | 200 | 4.0 | 1.5 |" in table
    assert "| Slow | 400 | 400 | 0.25 | 200 | 4.0 | 1.5 |" in table
    assert fastest_peer(found) is found[1]
    assert fastest_peer(found[:1]) is None
    assert "| Ours | 50 | 50 | — | 200 | 4.0 |" in costs_table("reader", found[:1])


def test_each_aim_says_whether_it_was_reached() -> None:
    found = {
        "pincite-int8": measured("int8", TOLD, 0.05, "int8"),
        "pincite-fp32": measured("fp32", TOLD, 0.09, "fp32"),
        "plain": measured("Plain", TOLD, 0.1),
    }
    int8, fp32 = peers.reader_aims(found)
    assert int8 == "int8: 2.00 times as fast as the fastest peer, Plain (aim: 1.7; reached: yes)."
    assert fp32 == "fp32: 1.11 times as fast as the fastest peer, Plain (aim: 1.25; reached: no)."
    materials = prepare(QUESTIONS, list(DOCUMENTS.values()), Weights(Path("reader"), Path("encoder")))
    (line,) = peers.pipeline_aims(materials, found)
    assert line.startswith("int8 beside Plain: F1 50.0 to 50.0 (aim: above; reached: no), 0.50 of its milliseconds")
    assert peers.reader_aims({"pincite-int8": found["pincite-int8"]}) == []
    assert peers.pipeline_aims(materials, {"plain": found["plain"]}) == []


def test_the_page_of_the_docs_has_a_place_for_each_table(root: Path) -> None:
    for mode in peers.MODES:
        check_markers(root / "docs" / "peers.md", f"peers:{mode}")


# ---------------------------------------------------------------- the whole run, and the plain reader


@pytest.fixture(scope="module")
def tiny_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_reader("bert", tmp_path_factory.mktemp("peers") / "reader")


def test_the_plain_reader_answers_with_words_that_stand_where_it_says(tiny_reader: Path) -> None:
    reader = PlainReader(work("reader", reader=tiny_reader))
    for question in work("reader").questions:
        reply = reader.complete(question, reader.answer(question))
        assert reply.best is not None
        (place,) = reply.best.places
        assert reply.best.text == DOCUMENTS[place.document].text[place.start : place.end] != ""
        assert (reply.words is None) == (reply.score is not None and reply.score <= 0)
    assert reader.answer(Asked("5", "Who?")) == Reply()


@pytest.mark.slow
@pytest.mark.usefixtures("on_the_path")
def test_both_tables_are_measured_printed_and_written(tiny_reader: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("\n".join(" old ".join(markers(f"peers:{mode}")) for mode in peers.MODES), encoding="utf-8")
    chosen = {"keywords": Peer("Keywords", "keyword_peer:KeywordPeer", "pytest", ("json",))}
    choice = peers.Choice(chosen, {}, peers.MODES, 2, tiny_reader, page)
    trial = Trial("gold", QUESTIONS, tuple(DOCUMENTS.values()), notes=("Made up for a test.",))
    console = Console(file=io.StringIO())
    assert peers.run(choice, trial, console) is True
    text = page.read_text(encoding="utf-8")
    assert "old" not in text
    assert text.count(f"| Keywords {pytest.__version__} |") == 4
    assert text.count("4 questions, 2 of them answerable, over 2 documents") == 2
    assert text.count("raised on 1 of 4 questions: `ValueError: no tide table`") == 2
    assert text.count("Made up for a test.") == 2
    with pytest.raises(SettingsError, match="peers:reader:begin"):
        peers.run(replace(choice, path=tmp_path / "none.md"), trial, console)
