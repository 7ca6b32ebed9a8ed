"""Edits pictures through the clients that Python users have: requests, and the openai package.

    python scripts/check-python-clients.py http://127.0.0.1:8000 [API_KEY] [PICTURE ...]

Needs a running service, and `pip install requests openai`. Writes the results to a temporary folder and says where.
"""

import base64
import io
import sys
import tempfile
from pathlib import Path

import openai
import requests

PROMPT = "make it black and white"


def check(name: str, passed: bool) -> None:
    print(("ok      " if passed else "FAILED  ") + name)
    if not passed:
        raise SystemExit(1)


def with_requests(url: str, key: str, pictures: list[Path], folder: Path) -> None:
    files = [("images", (f"photo{i}.jpg", path.read_bytes(), "image/jpeg")) for i, path in enumerate(pictures, 1)]
    data = {"prompt": PROMPT, "negative_prompt": "blurry", "num_inference_steps": 50, "n": 2}
    response = requests.post(f"{url}/v1/images/edits", files=files, data=data, auth=("user", key), timeout=3600)
    check(f"requests: status {response.status_code}", response.status_code == 200)
    for index, item in enumerate(response.json()["data"]):
        (folder / f"result{index}.png").write_bytes(base64.b64decode(item["b64_json"]))
    written = sorted(folder.glob("result*.png"))
    check(f"requests: {len(pictures)} pictures and n=2 wrote {len(written)} files", len(written) == 2 * len(pictures))
    check("requests: they are PNG files", all(path.read_bytes()[:4] == b"\x89PNG" for path in written))

    if key:
        large = [("images", ("large.bin", bytes(40_000_000)))]
        refused = requests.post(f"{url}/v1/images/edits", files=large, data={"prompt": "a"}, auth=("user", "wrong"), timeout=60)
        check(f"requests: sees {refused.status_code} after a large body", refused.status_code == 401)
    invalid = requests.post(f"{url}/v1/images/edits", files=files, data={"prompt": " "}, auth=("user", key), timeout=60)
    check("requests: blank prompt", invalid.json()["detail"] == {"error": "INVALID_INPUT", "message": "Prompt cannot be empty"})


def with_openai(url: str, key: str, picture: Path) -> None:
    client = openai.OpenAI(base_url=f"{url}/v1", api_key=key or "none", max_retries=0, timeout=3600)
    check("openai: models.list", len(list(client.models.list())) == 1)
    for name, image in (("one file", picture.open("rb")), ("an array of one", [picture.open("rb")])):
        result = client.images.edit(model="gpt-image-1", image=image, prompt=PROMPT)
        check(f"openai: {name}", base64.b64decode(result.data[0].b64_json)[:4] == b"\x89PNG")
    try:
        two = [io.BytesIO(picture.read_bytes()) for _ in range(2)]
        client.images.edit(model="gpt-image-1", image=two, prompt=PROMPT)
        check("openai: an array of two (a checkpoint with several references)", True)
    except openai.BadRequestError as error:
        check(f"openai: an array of two is refused by name: {error.message}", error.param == "image")


def main() -> None:
    url, key = sys.argv[1].rstrip("/"), (sys.argv[2] if len(sys.argv) > 2 else "")
    samples = Path(__file__).parent.parent / "test" / "fixtures" / "pictures"
    pictures = [Path(name) for name in sys.argv[3:]] or [samples / name for name in ("square.png", "wide.png", "tall.png")]
    folder = Path(tempfile.mkdtemp(prefix="edits-"))
    with_requests(url, key, pictures, folder)
    with_openai(url, key, pictures[0])
    print(f"results are in {folder}")


main()
