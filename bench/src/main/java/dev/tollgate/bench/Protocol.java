package dev.tollgate.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Which door the load generator speaks to: the gateway's OpenAI door, Gemini at the mock itself (directly or through a plain proxy), or Portkey's. */
enum Protocol {
    OPENAI,
    GEMINI,
    PORTKEY;

    private static final String WORDS = "What does a traveller pay who comes to the gate at night with a cart? ";
    /** Makes a body of about 1 KB. */
    private static final int REPEATS = 11;

    private static final String CHAT_IMAGES = ",\"modalities\":[\"image\",\"text\"]";
    private static final String GEMINI_IMAGES = ",\"responseModalities\":[\"TEXT\",\"IMAGE\"]";

    private static final String SYSTEM_TEXT = "You keep the gate. Answer in short words.";
    private static final String USER_TEXT = WORDS.repeat(REPEATS);

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Protocol of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }

    /** The requests of one call as they go on the wire: several of a session, one of any other kind. nginx gets a session's bodies as recorded. */
    List<byte[]> requests(LoadPhase phase, String key) {
        return phase.kind().isSession()
                ? Session.bodies(phase.kind()).stream()
                        .map(body -> request(phase, key, body))
                        .toList()
                : List.of(request(phase, key));
    }

    /** The whole request as it goes on the wire, the same bytes for each call of a phase, except the number of a call that is left. */
    byte[] request(LoadPhase phase, String key) {
        return request(phase, key, body(phase.kind()));
    }

    private byte[] request(LoadPhase phase, String key, String text) {
        Kind kind = phase.kind();
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        String head = "POST " + path(kind) + " HTTP/1.1\r\nHost: " + phase.authority()
                + "\r\nContent-Type: application/json\r\nAccept: "
                + (kind.streaming() ? "text/event-stream" : "application/json")
                + credentials(phase, key)
                + "\r\nUser-Agent: tollgate-bench\r\nContent-Length: " + body.length + "\r\n\r\n";
        byte[] request = Arrays.copyOf(head.getBytes(StandardCharsets.US_ASCII), head.length() + body.length);
        System.arraycopy(body, 0, request, head.length(), body.length);
        return request;
    }

    private String body(Kind kind) {
        Conversation conversation = conversation(kind);
        if (Kind.AGENTS.contains(kind)) {
            ToolTalk talk = new ToolTalk(conversation);
            return this == GEMINI ? "{" + talk.ofGemini() + "}" : gatewayBody(kind, talk.of(kind.door()));
        }
        String images = kind != Kind.IMAGE ? "" : this == GEMINI ? GEMINI_IMAGES : CHAT_IMAGES;
        return this == GEMINI
                ? geminiBody(conversation, images)
                : gatewayBody(kind, conversation.of(kind.door()) + images);
    }

    private static Conversation conversation(Kind kind) {
        return kind.messageBytes() > 0
                ? Conversation.ofMessages(kind.messageBytes())
                : new Conversation(List.of(SYSTEM_TEXT, kind.leaving() ? USER_TEXT + CallNumber.PLACE : USER_TEXT));
    }

    /** Each call names its upstream and protocol for Portkey. */
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
                : kind.door().path();
    }

    private static String gatewayBody(Kind kind, String prompt) {
        return "{\"model\":\"" + kind.model() + "\",\"stream\":" + kind.streaming() + "," + prompt
                + ",\"temperature\":0.7,\"" + (kind.door() == Kind.Door.RESPONSES ? "max_output_tokens" : "max_tokens")
                + "\":1024}";
    }

    private static String geminiBody(Conversation conversation, String further) {
        return "{\"systemInstruction\":" + conversation.geminiInstruction()
                + ",\"contents\":" + conversation.geminiContents()
                + ",\"generationConfig\":{\"temperature\":0.7,\"maxOutputTokens\":1024" + further + "}}";
    }
}
