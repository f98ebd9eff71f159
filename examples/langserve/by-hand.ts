import { LLM } from "@langchain/core/language_models/llms";

/** A model as one writes it by hand, with nothing but `_call`: whoever streams it gets the whole answer at once. */
export class ByHandLLM extends LLM {
  constructor(private readonly url: string) {
    super({});
  }

  _llmType() {
    return "by-hand";
  }

  async _call(question: string) {
    const response = await fetch(this.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ question, stream: true }),
    });
    let answer = "";
    for (const line of (await response.text()).split("\n")) {
      if (!line.startsWith("data: {")) continue;
      answer += (JSON.parse(line.slice("data: ".length)) as { answer: string }).answer;
    }
    return answer;
  }
}
