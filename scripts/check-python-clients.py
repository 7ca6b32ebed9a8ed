"""Edits pictures through the clients that Python users have: requests, and the openai package.

    python scripts/check-python-clients.py http://127.0.0.1:8000 [API_KEY] [PICTURE ...]

Needs a running service, and `pip install requests openai`. Writes the results to a temporary folder and says where.
"""

import base64
import io
import sys
import tempfile
import time
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


def with_jobs(url: str, key: str, picture: Path) -> None:
    files = [("images", ("photo.jpg", picture.read_bytes(), "image/jpeg"))]
    login = ("user", key)
    accepted = requests.post(f"{url}/v1/images/edits", files=files, data={"prompt": PROMPT}, headers={"Prefer": "respond-async"}, auth=login, timeout=60)
    check(f"requests: Prefer: respond-async gives {accepted.status_code}", accepted.status_code == 202)
    address = url + accepted.headers["Location"]
    while (job := requests.get(address, auth=login, timeout=60).json())["finished_at"] is None:
        time.sleep(0.1)
    check(f"requests: the job {job['status']}", job["status"] == "succeeded" and len(job["result"]["data"]) == 1)
    check("requests: DELETE of a finished job is a conflict", requests.delete(address, auth=login, timeout=60).status_code == 409)


def with_openai(url: str, key: str, picture: Path) -> None:
    client = openai.OpenAI(base_url=f"{url}/v1", api_key=key or "none", max_retries=0, timeout=3600)
    check("openai: models.list", len(list(client.models.list())) == 1)
    for name, image in (("one file", picture.open("rb")), ("an array of one", [picture.open("rb")])):
        result = client.images.edit(model="gpt-image-1", image=image, prompt=PROMPT)
        check(f"openai: {name}", base64.b64decode(result.data[0].b64_json)[:4] == b"\x89PNG")
    types = []
    with client.images.edit(model="gpt-image-1", image=picture.open("rb"), prompt=PROMPT, stream=True, partial_images=2) as stream:
        for event in stream:
            types.append(event.type)
            check(f"openai: {event.type} is a picture", base64.b64decode(event.b64_json)[:4] == b"\x89PNG")
    check("openai: stream=True ends with the result", types[-1] == "image_edit.completed" and types.count(types[-1]) == 1)
    check("openai: stream=True has previews before it", set(types[:-1]) == {"image_edit.partial_image"})
    try:
        for _ in client.images.edit(model="gpt-image-1", image=picture.open("rb"), prompt="ab " * 13_334, stream=True):
            check("openai: a prompt too long has no events", False)
        check("openai: a stream that fails raises", False)
    except openai.APIError as error:
        check(f"openai: a stream that fails raises: {error.message}", error.code == "INVALID_INPUT")
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
    with_jobs(url, key, pictures[0])
    with_openai(url, key, pictures[0])
    print(f"results are in {folder}")


main()
