package dev.tollgate.stress;

/** Requests whose answers differ in form. */
final class AnswerRequests {

    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}},\"required\":[\"a\"]}";

    private AnswerRequests() {}

    static String of(String door, boolean streams, AnswerTape tape) {
        return switch (door) {
            case "chat" -> chat(streams, tape);
            case "messages" -> messages(streams, tape);
            case "responses" -> responses(streams, tape);
            default -> generate(tape);
        };
    }

    private static String chat(boolean streams, AnswerTape tape) {
        String before = tape.next(3) == 0
                ? ",{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}"
                        + ",{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"x\"}"
                : "";
        return "{\"model\":\"m\",\"stream\":" + streams + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}"
                + before + "]"
                + ",\"n\":" + candidates(tape)
                + switch (tape.next(4)) {
                    case 0 -> ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]";
                    case 1 -> ",\"functions\":[{\"name\":\"f\"}]";
                    default -> "";
                }
                + (tape.next(3) == 0
                        ? ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"s\",\"schema\":"
                                + SCHEMA + "}}"
                        : "")
                + (tape.next(4) == 0 ? ",\"web_search_options\":{}" : "")
                + tier(tape, "service_tier") + "}";
    }

    private static int candidates(AnswerTape tape) {
        int candidates = 1 + tape.next(3) / 2;
        tape.candidates(candidates);
        return candidates;
    }

    private static String tier(AnswerTape tape, String name) {
        return switch (tape.next(6)) {
            case 0 -> ",\"" + name + "\":\"flex\"";
            case 1 -> ",\"" + name + "\":\"priority\"";
            default -> "";
        };
    }

    private static String messages(boolean streams, AnswerTape tape) {
        String before = tape.next(3) == 0
                ? ",{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"f\",\"input\":{}}]}"
                        + ",{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"c1\",\"content\":\"x\"}]}"
                : "";
        return "{\"model\":\"anthropic/m\",\"max_tokens\":99,\"stream\":" + streams
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}" + before + "]"
                + switch (tape.next(4)) {
                    case 0 -> ",\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"object\"}}]";
                    case 1 -> ",\"tools\":[{\"type\":\"web_search_20260209\",\"name\":\"web_search\"}]";
                    default -> "";
                }
                + switch (tape.next(4)) {
                    case 0 -> ",\"thinking\":{\"type\":\"adaptive\"}";
                    case 1 -> ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000,\"display\":\"omitted\"}";
                    case 2 -> ",\"thinking\":{\"type\":\"disabled\"}";
                    default -> "";
                }
                + (tape.next(3) == 0
                        ? ",\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":" + SCHEMA + "}}"
                        : "")
                + tier(tape, "service_tier") + "}";
    }

    private static String responses(boolean streams, AnswerTape tape) {
        String before = tape.next(3) == 0
                ? ",{\"type\":\"function_call\",\"call_id\":\"c1\",\"name\":\"f\",\"arguments\":\"{}\"}"
                        + ",{\"type\":\"function_call_output\",\"call_id\":\"c1\",\"output\":\"x\"}"
                : "";
        return "{\"model\":\"m\",\"stream\":" + streams + ",\"input\":[{\"role\":\"user\",\"content\":\"Hi\"}" + before
                + "]"
                + switch (tape.next(5)) {
                    case 0 ->
                        ",\"tools\":[{\"type\":\"function\",\"name\":\"f\"},{\"type\":\"custom\",\"name\":\"g\"}]";
                    case 1 -> ",\"tools\":[{\"type\":\"web_search\"}]";
                    case 2 ->
                        ",\"tools\":[{\"type\":\"namespace\",\"name\":\"n\",\"tools\":[{\"type\":\"function\",\"name\":\"f\"},"
                                + "{\"type\":\"custom\",\"name\":\"g\"}]}]";
                    default -> "";
                }
                + (tape.next(2) == 0 ? ",\"reasoning\":{\"summary\":\"auto\",\"effort\":\"low\"}" : "")
                + (tape.next(3) == 0
                        ? ",\"include\":[\"reasoning.encrypted_content\",\"web_search_call.action.sources\"]"
                        : "")
                + (tape.next(3) == 0
                        ? ",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"s\",\"schema\":" + SCHEMA + "}}"
                        : "")
                + (tape.next(3) == 0 ? ",\"store\":false" : "")
                + (tape.next(3) == 0 ? ",\"instructions\":\"Be \\u00e9.\",\"metadata\":{\"a\":\"b\"}" : "")
                + (tape.next(4) == 0 ? ",\"top_logprobs\":2,\"temperature\":1.5" : "")
                + tier(tape, "service_tier") + "}";
    }

    private static String generate(AnswerTape tape) {
        return "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}],\"generationConfig\":{\"candidateCount\":"
                + candidates(tape)
                + (tape.next(3) == 0
                        ? ",\"responseMimeType\":\"application/json\",\"responseJsonSchema\":" + SCHEMA
                        : "")
                + "}" + tier(tape, "serviceTier") + "}";
    }
}
