"""Asks the official validators about bills of materials: validate-sbom.py FILE.spdx.json FILE.cdx.json"""

import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

spdx, cyclonedx = sys.argv[1:]
mistakes = [f"SPDX: {m.validation_message} ({m.context.spdx_id})" for m in validate_full_spdx_document(parse_file(spdx))]
with open(cyclonedx, encoding="utf-8") as file:
    mistake = JsonStrictValidator(SchemaVersion.V1_6).validate_str(file.read())
if mistake is not None:
    mistakes.append(f"CycloneDX: {mistake}")
for mistake in mistakes[:20]:
    print(mistake)
sys.exit(1 if mistakes else 0)
