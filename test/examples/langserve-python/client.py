"""Asks the example server with LangServe's own client in Python; prints what came as one line of JSON."""

import asyncio
import json
import sys

from langchain_core.messages import HumanMessage, ToolMessage
from langserve import RemoteRunnable

origin = sys.argv[1]
prompt = "Alice sighed"
question = "What is the weather in Paris and in New York?"


def remote(path):
    return RemoteRunnable(f"{origin}/{path}/")


def failure(run):
    try:
        run()
    except Exception as error:
        return str(error)


def chat():
    runnable = remote("chat")
    message = None
    for chunk in runnable.stream([HumanMessage(question)]):
        message = chunk if message is None else message + chunk
    whole = runnable.invoke([HumanMessage(question)])
    results = [ToolMessage("15 °C", tool_call_id=call["id"]) for call in whole.tool_calls]
    answer = runnable.invoke([HumanMessage(question), whole, *results])
    return {
        "streamed": [[call["name"], call["args"]] for call in message.tool_calls],
        "streamedType": type(message).__name__,
        "usage": message.usage_metadata,
        "invoked": [[call["name"], call["args"]] for call in whole.tool_calls],
        "invokedType": type(whole).__name__,
        "answer": answer.content,
    }


async def events():
    names, tokens = [], []
    chain = remote("chain")
    async for event in chain.astream_events({"who": "Alice"}, version="v2"):
        names.append(event["event"])
        if event["event"] == "on_llm_stream":
            tokens.append(event["data"]["chunk"])
    streamed = ""
    async for patch in chain.astream_log({"who": "Alice"}):
        for op in patch.ops:
            if op["path"] == "/streamed_output/-":
                streamed += op["value"]
    return {"names": sorted(set(names)), "tokens": len(tokens), "logged": streamed}


async def asynchronous():
    return [chunk async for chunk in remote("llm").astream(prompt)]


print(
    json.dumps(
        {
            "invoke": remote("llm").invoke(prompt),
            "stream": list(remote("llm").stream(prompt)),
            "astream": asyncio.run(asynchronous()),
            "byHand": list(remote("by-hand").stream(prompt)),
            "batch": remote("llm").batch([prompt, "The Hatter sighed"]),
            "chain": remote("chain").invoke({"who": "Alice"}, {"tags": ["a"]}),
            "separators": remote("separators").invoke(prompt),
            "separatorsStreamed": list(remote("separators").stream(prompt)),
            "chat": chat(),
            "events": asyncio.run(events()),
            "invokeError": failure(lambda: remote("breaking").invoke(prompt)),
            "streamError": failure(lambda: list(remote("breaking").stream(prompt))),
        }
    )
)
