"""The server: its limits, its answers to what nobody expects, and the page in a browser."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")

import uvicorn
from fastapi.testclient import TestClient

from graphparse.recognizer import Recognizer
from graphparse.server import work
from graphparse.server.app import LOOPBACK, make_app
from graphparse.server.limits import Limits, Rate
from graphparse.server.worker import Busy, Failed, TooSlow

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"


@pytest.fixture(scope="module")
def answer(recognizer: Recognizer) -> Callable[[Any], Any]:
    """The worker's work, one at a time but in this process: loading the networks takes long."""
    turn = threading.Lock()

    def answered(task: Any) -> Any:
        with turn:
            return work._answer(recognizer, task)

    return answered


@pytest.fixture
def client(answer: Callable[[Any], Any]) -> TestClient:
    return TestClient(make_app(answer, ("testserver",), most_bytes=100_000, per_minute=10_000))


def test_predict_and_convert(client: TestClient, examples: Path) -> None:
    image = (examples / "aspirin.png").read_bytes()
    done = client.post("/api/predict", files={"image": ("../../etc/a.png", image)}).json()
    assert done["n_pages"] == 1
    (prediction,) = done["predictions"]
    assert prediction["smiles"] == ASPIRIN and prediction["status"] == "ok"
    assert prediction["source"] == "../../etc/a.png" and "drawing" not in prediction
    done = client.post("/api/predict?draw=1", files={"image": ("a.png", image)}).json()
    drawing = done["predictions"][0]["drawing"]
    assert (drawing["width"], drawing["height"]) == (334, 275)
    assert drawing["picture"].startswith("data:image/webp;") and "<svg" in drawing["structure"]
    spelled = client.post("/api/convert", json={"molfile": prediction["molblock"]}).json()
    assert {name: spelled[name] for name in ("smiles", "inchi", "inchikey")} == {
        name: prediction[name] for name in ("smiles", "inchi", "inchikey")
    }


def test_bad_requests_are_told_apart(client: TestClient) -> None:
    done = client.post("/api/predict?draw=1", files={"image": ("a.png", b"no image")}).json()
    assert done["predictions"][0]["status"] == "error"
    assert done["predictions"][0]["drawing"]["picture"] is None
    assert client.post("/api/predict", data={"image": "text"}).status_code == 422
    assert client.post("/api/predict", files={"image": b"x" * 200_000}).status_code == 413
    assert client.post("/api/predict", content=iter([b"x" * 60_000] * 2)).status_code == 413
    assert client.post("/api/convert", json={"molfile": "none"}).status_code == 422
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/api/convert", json={"molfile": "x"}, headers=foreign).status_code == 403
    assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400
    for molfile in ('"\\ud800"', "NaN", "[1e999]"):  # none of which an answer can repeat
        headers = {"Content-Type": "application/json"}
        body = f'{{"molfile": {molfile}}}'
        done = client.post("/api/convert", content=body, headers=headers)
        assert done.status_code == 422 and done.json()["detail"][0]["loc"] == ["body", "molfile"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200), ("LOCALHOST", 200), ("[::1]:8000", 200), ("[::1]", 200),
        ("[::2]:8000", 400), ("[::1]elsewhere.example", 400), ("::1", 400), ("[", 400), ("", 400),
        ("localhost.example", 400),
    ],
)  # fmt: skip
def test_a_server_knows_its_names(host: str, status: int) -> None:
    for hosts, expected in ((LOOPBACK, status), (("*",), 200)):
        client = TestClient(make_app(lambda task: None, hosts))
        assert client.get("/", headers={"Host": host}).status_code == expected


def test_only_the_pages_own_files_are_served(client: TestClient) -> None:
    assert client.get("/assets/page.css").headers["content-type"].startswith("text/css")
    for name in ("../cli.py", "%2e%2e/cli.py", "..%2fcli.py", "/etc/passwd", "report.html", "%00"):
        assert client.get(f"/assets/{name}").status_code == 404
    headers = client.get("/").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_rate_is_limited_for_each_client() -> None:
    rate = Rate(per_minute=2)
    assert [rate.wait("a", now=0) for _ in range(3)] == [0, 0, 30]
    assert rate.wait("b", now=0) == 0
    assert rate.wait("a", now=29) == pytest.approx(1)
    assert rate.wait("a", now=31) == 0
    client = TestClient(make_app(lambda task: None, ("testserver",), per_minute=1))
    client.post("/api/convert", json={})
    refused = client.post("/api/convert", json={})
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) in (60, 61)


@pytest.mark.parametrize(("error", "status"), [(Busy, 503), (TooSlow, 504), (Failed, 500)])
def test_work_without_a_result_is_an_answer(error: type[Exception], status: int) -> None:
    def fails(task: Any) -> Any:
        raise error("why")

    client = TestClient(make_app(fails, ("testserver",)))
    done = client.post("/api/convert", json={"molfile": "x"})
    assert (done.status_code, done.json()) == (status, {"detail": "why"})


def test_a_request_that_trickles_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    monkeypatch.setattr("graphparse.server.limits.BODY_SECONDS", 0.05)
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    async def never(*_: Any) -> None:
        raise AssertionError("the request is not complete")

    scope = {"type": "http", "method": "POST", "path": "/api/convert", "headers": []}
    asyncio.run(Limits(never, 1000, Rate(9))(scope, receive, send))
    assert sent[0]["status"] == 408


def test_fuzz(client: TestClient) -> None:
    """Requests made from the schema never get an answer that the schema does not know."""
    schemathesis = pytest.importorskip("schemathesis")
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    schema = schemathesis.openapi.from_asgi("/api/openapi.json", client.app)
    for operation in schema.get_all_operations():

        @settings(
            max_examples=25, deadline=None, derandomize=True, database=None,
            phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.ok().as_strategy())
        def fuzzed(case: Any) -> None:
            # no schema can say which text is a molfile
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        fuzzed()


@pytest.fixture(scope="module")
def address(answer: Callable[[Any], Any]) -> Iterator[str]:
    """Where a server runs, on a free port of this machine."""
    config = uvicorn.Config(make_app(answer), port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    (listening,) = server.servers[0].sockets
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_page(page: Any, address: str, examples: Path) -> None:
    """A picture is chosen, read, corrected by drawing an atom, and saved."""
    page.goto(address)
    page.locator("#file").set_input_files(examples / "aspirin.png")
    card = page.locator("article")
    card.get_by_text(ASPIRIN).wait_for()
    assert card.locator(".overlay .atom").count() == 13
    with page.expect_download() as saved:
        card.get_by_role("button", name="Molfile").click()
    assert saved.value.suggested_filename == "aspirin.mol"
    assert "V2000" in Path(saved.value.path()).read_text()

    card.get_by_role("button", name="Correct").click()
    canvas = page.locator("#editor canvas").last
    canvas.wait_for()
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 30, box["y"] + 30)  # a bond on its own: ethane
    page.get_by_role("button", name="Apply").click()
    card.get_by_text(f"CC.{ASPIRIN}", exact=True).wait_for()
    assert "corrected by hand" in card.inner_text()
    with page.expect_download() as saved:
        card.get_by_role("button", name="SMILES").last.click()
    assert Path(saved.value.path()).read_text() == f"CC.{ASPIRIN}\n"


def test_pictures_are_dropped_and_pasted(page: Any, address: str, examples: Path) -> None:
    page.goto(address)
    image = (examples / "caffeine.png").read_bytes()
    give = """([kind, name, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], name, {type: "image/png"}));
        const event = kind === "paste"
            ? new ClipboardEvent("paste", {clipboardData: data})
            : new DragEvent("drop", {dataTransfer: data});
        window.dispatchEvent(event);
    }"""
    for kind, name in (("drop", "<img src=x onerror=alert(1)>.png"), ("paste", "pasted.png")):
        page.evaluate(give, [kind, name, list(image)])
        page.locator("h2", has_text=name).wait_for()
        assert page.locator("article code").first.inner_text() == "Cn1c(=O)c2c(ncn2C)n(C)c1=O"
    page.evaluate(give, ["drop", "broken.png", [1, 2, 3]])
    page.get_by_text("not an image").wait_for()
