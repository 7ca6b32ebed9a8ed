"""The first edit of somebody who has had openapi-python-client generate a client; check-openapi.mjs runs it.

    python first-edit.py FOLDER URL PICTURE [API_KEY]

FOLDER holds the generated package `client`.
"""

import base64
import sys
from pathlib import Path

folder, url, picture, key = (*sys.argv[1:], "")[:4]
sys.path.insert(0, folder)

from client import AuthenticatedClient, Client  # noqa: E402
from client.api.images import create_image_edit  # noqa: E402
from client.api.models import list_models, retrieve_model  # noqa: E402
from client.models import EditUploadDto  # noqa: E402
from client.types import File  # noqa: E402

client = AuthenticatedClient(base_url=url, token=key) if key else Client(base_url=url)
model = list_models.sync(client=client).data[0]
assert retrieve_model.sync(f"Qwen/{model.id}", client=client) == model
with open(picture, "rb") as file:
    body = EditUploadDto(prompt="make it blue", images=[File(payload=file, file_name=Path(picture).name)])
    answer = create_image_edit.sync(client=client, body=body)
assert base64.b64decode(answer.data[0].b64_json).startswith(b"\x89PNG"), answer
assert answer.warnings == [], answer.warnings
