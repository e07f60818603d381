# Answers each line of standard input, a JSON request, with a line of JSON: what jupytext does with a notebook or a text.
import json
import sys
import warnings

import jupytext
import nbformat

warnings.simplefilter("ignore")


def notebook(nb):
    cells = [{"type": c.cell_type, "source": c.source, "metadata": c.metadata} for c in nb.cells]
    return {"metadata": nb.metadata, "cells": cells}


def answer(request):
    if request["do"] == "write":
        nb = nbformat.reads(request["text"], 4)
        return {"text": jupytext.writes(nb, fmt=request["form"])}
    if request["do"] == "read":
        nb = jupytext.reads(request["text"], fmt=request["form"])
        return {"notebook": notebook(nb)}
    nbformat.validate(nbformat.reads(request["text"], 4))
    return {}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as e:
        reply = {"error": f"{type(e).__name__}: {e}"}
    print(json.dumps(reply), flush=True)
