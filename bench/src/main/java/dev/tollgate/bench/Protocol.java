package dev.tollgate.bench;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Which door the load generator speaks to: the gateway's OpenAI door, Gemini at the mock itself (directly or through a plain proxy), or Portkey's. */
enum Protocol {
    OPENAI,
    GEMINI,
    PORTKEY;

    private static final String WORDS = "What does a traveller pay who comes to the gate at night with a cart? ";
    /** Makes a body of about 1 KB. */
    private static final int REPEATS = 11;

    private static final String USER_TEXT = WORDS.repeat(REPEATS);

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Protocol of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }

    /** The whole request as it goes on the wire, the same bytes for each call of a phase but for the number of one that is left. */
    byte[] request(LoadPhase phase, String key) {
        Kind kind = phase.kind();
        String text = kind.leaving() ? USER_TEXT + CallNumber.PLACE : USER_TEXT;
        String body = this == GEMINI ? geminiBody(text) : openAiBody(kind, text);
        String head = "POST " + path(kind) + " HTTP/1.1\r\nHost: " + phase.authority()
                + "\r\nContent-Type: application/json\r\nAccept: "
                + (kind.streaming() ? "text/event-stream" : "application/json")
                + credentials(phase, key)
                + "\r\nUser-Agent: tollgate-bench\r\nContent-Length: " + body.length() + "\r\n\r\n";
        return (head + body).getBytes(StandardCharsets.US_ASCII);
    }

    /** Portkey is told with each call which upstream it is for, and in what protocol. */
    private String credentials(LoadPhase phase, String key) {
        return switch (this) {
            case OPENAI -> "\r\nAuthorization: Bearer " + key;
            case GEMINI -> "\r\nx-goog-api-key: " + key;
            case PORTKEY ->
                "\r\nAuthorization: Bearer " + key + "\r\nx-portkey-provider: google\r\nx-portkey-custom-host: http://"
                        + LoadPhase.HOST + ":" + phase.mockPort();
        };
    }

    private String path(Kind kind) {
        return this == GEMINI
                ? "/v1beta/models/" + kind.model() + ":streamGenerateContent?alt=sse"
                : "/v1/chat/completions";
    }

    private static String openAiBody(Kind kind, String text) {
        return "{\"model\":\"" + kind.model() + "\",\"stream\":" + kind.streaming()
                + ",\"messages\":[{\"role\":\"system\",\"content\":\"You keep the gate. Answer in short words.\"},"
                + "{\"role\":\"user\",\"content\":\"" + text + "\"}],"
                + "\"temperature\":0.7,\"max_tokens\":1024}";
    }

    private static String geminiBody(String text) {
        return "{\"systemInstruction\":{\"parts\":[{\"text\":\"You keep the gate. Answer in short words.\"}]},"
                + "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" + text + "\"}]}],"
                + "\"generationConfig\":{\"temperature\":0.7,\"maxOutputTokens\":1024}}";
    }
}
