package dev.tollgate.bench;

import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A prompt of {@value #TURNS} calls of one tool with their results, in the spelling of each door and of Gemini. @param texts the system's, the user's, then the results */
record ToolTalk(Conversation texts) {
    static final int TURNS = Conversation.MESSAGES - 2;

    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"}},\"required\":[\"path\"]}";
    private static final String TOOL = "\"name\":\"read_file\",\"description\":\"Reads a file of the project.\"";

    /** The members of a request that hold the prompt and its tools. */
    String of(Kind.Door door) {
        return switch (door) {
            case CHAT ->
                "\"messages\":[{\"role\":\"system\",\"content\":" + text(0) + "},{\"role\":\"user\",\"content\":"
                        + text(1)
                        + "}" + each(this::chat) + "],\"tools\":[{\"type\":\"function\",\"function\":{" + TOOL
                        + ",\"parameters\":" + SCHEMA + "}}]";
            case MESSAGES ->
                "\"system\":" + text(0) + ",\"messages\":[{\"role\":\"user\",\"content\":" + text(1) + "}"
                        + each(this::messages) + "],\"tools\":[{" + TOOL + ",\"input_schema\":" + SCHEMA + "}]";
            case RESPONSES ->
                "\"instructions\":" + text(0) + ",\"input\":[{\"role\":\"user\",\"content\":" + text(1) + "}"
                        + each(this::responses) + "],\"tools\":[{\"type\":\"function\"," + TOOL + ",\"parameters\":"
                        + SCHEMA + "}],\"store\":false";
        };
    }

    String ofGemini() {
        return "\"systemInstruction\":" + texts.geminiInstruction()
                + ",\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":" + text(1) + "}]}" + each(this::gemini)
                + "],\"tools\":[{\"functionDeclarations\":[{" + TOOL + ",\"parameters\":" + SCHEMA + "}]}]";
    }

    private String each(IntFunction<String> turn) {
        return IntStream.range(2, texts.texts().size()).mapToObj(turn).collect(Collectors.joining());
    }

    private String chat(int turn) {
        return ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":" + id(turn)
                + ",\"type\":\"function\",\"function\":{\"name\":\"read_file\",\"arguments\":"
                + Conversation.quoted(arguments(turn)) + "}}]},{\"role\":\"tool\",\"tool_call_id\":" + id(turn)
                + ",\"content\":" + text(turn) + "}";
    }

    private String messages(int turn) {
        return ",{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":" + id(turn)
                + ",\"name\":\"read_file\",\"input\":" + arguments(turn)
                + "}]},{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":" + id(turn)
                + ",\"content\":" + text(turn) + "}]}";
    }

    private String responses(int turn) {
        return ",{\"type\":\"function_call\",\"call_id\":" + id(turn) + ",\"name\":\"read_file\",\"arguments\":"
                + Conversation.quoted(arguments(turn)) + "},{\"type\":\"function_call_output\",\"call_id\":" + id(turn)
                + ",\"output\":" + text(turn) + "}";
    }

    private String gemini(int turn) {
        return ",{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"read_file\",\"args\":" + arguments(turn)
                + "}}]},{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"read_file\",\"response\":{\"result\":"
                + text(turn) + "}}}]}";
    }

    private String text(int index) {
        return Conversation.quoted(texts.texts().get(index));
    }

    private static String id(int turn) {
        return "\"call_" + turn + "\"";
    }

    private static String arguments(int turn) {
        return "{\"path\":\"src/gate/Toll" + turn + ".java\"}";
    }
}
