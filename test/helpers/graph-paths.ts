/** Ways on which LangGraph stores a model's message and reads it back: each gives the message as it came back. */
import { HumanMessage, type AIMessage, type BaseMessage } from "@langchain/core/messages";
import {
  Annotation,
  Command,
  END,
  entrypoint,
  interrupt,
  MessagesAnnotation,
  START,
  StateGraph,
  task,
  type BaseCheckpointSaver,
} from "@langchain/langgraph";
import type { HttpStreamingChatModel } from "http-streaming-llm";

type GraphPath = (
  model: HttpStreamingChatModel,
  checkpointer: BaseCheckpointSaver,
) => Promise<AIMessage>;

interface Messages {
  messages: BaseMessage[];
}

const OwnReducer = Annotation.Root({
  messages: Annotation<BaseMessage[]>({
    reducer: (left, right) => left.concat(right),
    default: () => [],
  }),
});
const PlainField = Annotation.Root({ question: Annotation<string>, answer: Annotation<AIMessage> });

export const graphPaths: Readonly<Record<string, GraphPath>> = {
  async "a plain state field"(model, checkpointer) {
    const ask = async () => ({ answer: (await model.invoke("hi")) as unknown as AIMessage });
    const graph = new StateGraph(PlainField)
      .addNode("ask", ask)
      .addNode("after", () => ({}))
      .addEdge(START, "ask")
      .addEdge("ask", "after")
      .addEdge("after", END)
      .compile({ checkpointer, interruptBefore: ["after"] });
    const config = { configurable: { thread_id: "plain" } };
    await graph.invoke({ question: "hi" }, config);
    const { answer } = await graph.invoke(null, config);
    return answer;
  },

  async MessagesAnnotation(model, checkpointer) {
    const ask = async () => ({ messages: [await model.invoke("hi")] });
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("ask", ask)
      .addNode("after", () => ({}))
      .addEdge(START, "ask")
      .addEdge("ask", "after")
      .addEdge("after", END)
      .compile({ checkpointer, interruptBefore: ["after"] });
    return resumed(graph, "annotation");
  },

  async "a reducer of one's own"(model, checkpointer) {
    const ask = async () => ({ messages: [await model.invoke("hi")] });
    const graph = new StateGraph(OwnReducer)
      .addNode("ask", ask)
      .addNode("after", () => ({}))
      .addEdge(START, "ask")
      .addEdge("ask", "after")
      .addEdge("after", END)
      .compile({ checkpointer, interruptBefore: ["after"] });
    return resumed(graph, "reducer");
  },

  async "a task of the functional API"(model, checkpointer) {
    const ask = task("ask", async (question: string) => model.invoke(question));
    const app = entrypoint({ name: "app", checkpointer }, async (question: string) => {
      const message = await ask(question);
      interrupt("Go on?");
      return message;
    });
    const config = { configurable: { thread_id: "task" } };
    await app.invoke("hi", config);
    return await app.invoke(new Command({ resume: "yes" }), config);
  },
};

interface Graph {
  invoke(input: unknown, config: object): Promise<unknown>;
}

async function resumed(graph: Graph, thread_id: string): Promise<AIMessage> {
  const config = { configurable: { thread_id } };
  await graph.invoke({ messages: [new HumanMessage("hi")] }, config);
  const { messages } = (await graph.invoke(null, config)) as Messages;
  return messages.at(-1) as AIMessage;
}
