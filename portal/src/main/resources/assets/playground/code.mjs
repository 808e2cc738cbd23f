// A request as code in four languages.

import { button, byId } from './page.mjs';

export const languages = {
  curl: (address, content) => "curl " + address + "/v1/chat/completions \\\n  -H \"Authorization: Bearer $TOLLGATE_KEY\" \\\n  -H \"Content-Type: application/json\" \\\n  -d '" + JSON.stringify(content, null, 2).replace(/'/g, "'\\''") + "'",
  Python: (address, content) => 'import json, os, requests\n\nanswer = requests.post(\n    "' + address + '/v1/chat/completions",\n    headers={"Authorization": "Bearer " + os.environ["TOLLGATE_KEY"]},\n    json=json.loads(r"""' + JSON.stringify(content, null, 2) + '"""),\n)\nprint(answer.json())',
  JavaScript: (address, content) => 'const answer = await fetch("' + address + '/v1/chat/completions", {\n  method: "POST",\n  headers: { authorization: "Bearer " + process.env.TOLLGATE_KEY, "content-type": "application/json" },\n  body: JSON.stringify(' + JSON.stringify(content, null, 2) + '),\n});\nconsole.log(await answer.json());',
  Java: (address, content) => 'var request = HttpRequest.newBuilder(URI.create("' + address + '/v1/chat/completions"))\n    .header("authorization", "Bearer " + System.getenv("TOLLGATE_KEY"))\n    .header("content-type", "application/json")\n    .POST(HttpRequest.BodyPublishers.ofString("""\n' + JSON.stringify(content, null, 2).replace(/\\/g, '\\\\') + '"""))\n    .build();\nSystem.out.println(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());',
};

export const showLanguages = (address, content) => {
  const tabs = byId('code-tabs');
  tabs.replaceChildren();
  const show = (name) => {
    byId('code-text').textContent = languages[name](address, content);
    for (const tab of tabs.children) tab.setAttribute('aria-selected', String(tab.textContent === name));
  };
  for (const name of Object.keys(languages)) {
    const tab = button(name, () => show(name));
    tab.setAttribute('role', 'tab');
    tabs.append(tab);
  }
  show('curl');
  byId('code-dialog').showModal();
};
