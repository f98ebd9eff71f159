"""Serves models with LangServe itself, and prints the port: a text model, a chat model, one that breaks, and a dict."""

import asyncio
import socket
from typing import Any, AsyncIterator, Iterator, List

import uvicorn
from fastapi import FastAPI
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.language_models.llms import LLM
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult, GenerationChunk
from langchain_core.runnables import RunnableLambda
from langserve import add_routes

PIECES = ["In", " another", " moment", " down", " went", " Alice", " ✓", " after", " it", "."]


class TextModel(LLM):
    breaks: bool = False

    @property
    def _llm_type(self) -> str:
        return "text"

    def _call(self, prompt: str, **kwargs: Any) -> str:
        return "".join(PIECES)

    def _stream(self, prompt: str, **kwargs: Any) -> Iterator[GenerationChunk]:
        raise NotImplementedError

    async def _astream(self, prompt: str, **kwargs: Any) -> AsyncIterator[GenerationChunk]:
        for piece in PIECES:
            await asyncio.sleep(0.02)
            yield GenerationChunk(text=piece)
            if self.breaks:
                raise ValueError("a secret of the server")


class WholeChatModel(BaseChatModel):
    """Does not stream: its one chunk is a whole message."""

    @property
    def _llm_type(self) -> str:
        return "chat"

    def _generate(self, messages: List[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        message = AIMessage(
            f"{messages[-1].type}: ",
            tool_calls=[{"name": "f", "args": {"city": "Paris"}, "id": "1"}],
            usage_metadata={"input_tokens": 3, "output_tokens": 2, "total_tokens": 5},
        )
        return ChatResult(generations=[ChatGeneration(message=message)])


class ChatModel(WholeChatModel):
    async def _astream(
        self, messages: List[BaseMessage], **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        def chunk(content="", **fields):
            return ChatGenerationChunk(message=AIMessageChunk(content, **fields))

        def piece(**fields):
            call = {"index": 0, "id": None, "name": None, "args": None, **fields}
            return chunk(tool_call_chunks=[call])

        yield chunk(f"{messages[-1].type}: ")
        yield piece(id="1", name="f", args="")
        yield piece(args='{"city":')
        yield piece(args='"Paris"}')
        yield chunk(response_metadata={"finish_reason": "tool_calls"})
        yield chunk(usage_metadata={"input_tokens": 3, "output_tokens": 2, "total_tokens": 5})


app = FastAPI()
add_routes(app, TextModel(), path="/llm")
add_routes(app, TextModel(breaks=True), path="/breaking")
add_routes(app, ChatModel(), path="/chat")
add_routes(app, WholeChatModel(), path="/whole-chat")
add_routes(app, RunnableLambda(lambda text: {"length": len(text)}).with_types(input_type=str), path="/dict")

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listener])
