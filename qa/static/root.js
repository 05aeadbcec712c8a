// Where the chat is shown is known to the browser alone: a proxy need not tell by which host or path it was asked.
{
  const root = new URL(".", document.baseURI).href.replace(/\/$/, "");
  if (window.gradio_config) window.gradio_config.root = root;
}
