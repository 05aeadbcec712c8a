"""The page and every route of the chat.

    app.py        the server: the page and every route behind one gate (`qa.gate`)
    layout.py     the page's parts, in Gradio blocks; page.py: Gradio's page without its references to outside hosts
    talk.py       the conversation: asked, recalled, exported, judged; pinning.py: questions that are asked again
    files.py      files that people add; bodies.py: requests and responses in JSON
    sources.py    the source pages and the pictures of their pages
    api.py        POST /v1/answer and its OpenAPI description; schema.py: its fields; completions.py: the OpenAI form
    tools.py      the MCP tools

A new router is added in `qa.web.app.create_app`; its paths and their bounds are added to `qa.gate.bounds.WAYS`.
"""
