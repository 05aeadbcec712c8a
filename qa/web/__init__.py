"""The page and every route of the chat.

    app.py        the server: the page and every route behind one gate (`qa.gate`)
    layout.py     the page's parts, in Gradio blocks; page.py: Gradio's page without its references to outside hosts
    talk.py       the conversation: asked, recalled, exported, judged; pinning.py: questions that are asked again
    files.py      files that people add; bodies.py: what comes with a request
    sources.py    the source pages and the pictures of their pages
    api.py        POST /v1/answer and its OpenAPI description; schema.py: what goes in and comes out
    tools.py      the MCP tools

A router that is added (`qa.web.app.create_app`) gets its paths, with their bounds, into `qa.gate.bounds.WAYS`.
"""
