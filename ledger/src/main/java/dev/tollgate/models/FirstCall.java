package dev.tollgate.models;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.money.Credits;

/**
 * The first call that Tollgate shows to a newcomer, and the sandbox's response. The terminal, the pages and the documentation all show
 * this text.
 *
 * @param curl the command, four lines, to paste into a shell
 * @param answer the JSON response as shown, shortened
 */
public record FirstCall(String curl, String answer) {

    /** The placeholder of a key in commands. */
    public static final String VARIABLE = "$TOLLGATE_KEY";

    private static final String TEXT = "Hello there! How can I help you today?";

    /** The prompt of a picture. */
    public static final String PICTURE = "A red kite over the sea";

    private static final int PICTURE_TOKENS = 6;

    /** The sandbox's count of prompt tokens. */
    private static final Usage USAGE = Usage.of(2, 10, 172);

    /**
     * @param address base URL of the server, for example {@code http://127.0.0.1:8080}
     * @param key a secret, or {@link #VARIABLE}
     */
    public static FirstCall of(String address, String key, Model model) {
        if (model.isEmbedding()) {
            return ofEmbedding(address, key, model);
        }
        if (model.speaks()) {
            return ofSpeech(address, key, model);
        }
        UpstreamModel.Images images = model.upstream().images();
        if (images != null) {
            return ofImage(address, key, model, images);
        }
        String curl = """
                curl %s/v1/chat/completions \\
                  -H "Authorization: Bearer %s" \\
                  -H "Content-Type: application/json" \\
                  -d '{"model": "%s", "stream": false, "messages": [{"role": "user", "content": "Hello"}]}'""".formatted(address, key, model.id());
        String charge = Credits.text(model.pricing().chargeMicros(USAGE));
        return new FirstCall(curl, "{… \"content\": \"" + TEXT + "\" … \"credits_consumed\": " + charge + "}");
    }

    private static FirstCall ofEmbedding(String address, String key, Model model) {
        String curl = """
                curl %s/v1/embeddings \\
                  -H "Authorization: Bearer %s" \\
                  -H "Content-Type: application/json" \\
                  -d '{"model": "%s", "input": "Hello"}'""".formatted(address, key, model.id());
        String charge = Credits.text(model.pricing().chargeMicros(Usage.of(2, 0, 0)));
        return new FirstCall(curl, "{… \"embedding\": […] … \"credits_consumed\": " + charge + "}");
    }

    private static FirstCall ofImage(String address, String key, Model model, UpstreamModel.Images images) {
        String curl = """
                curl %s/v1/images/generations \\
                  -H "Authorization: Bearer %s" \\
                  -H "Content-Type: application/json" \\
                  -d '{"model": "%s", "prompt": "%s", "response_format": "url"}'""".formatted(address, key, model.id(), PICTURE);
        long tokens = images.tokens(images.size());
        Usage usage = new Usage(ServiceTier.STANDARD, PICTURE_TOKENS, 0, tokens, 0, 0, 0, 0, 0, 0, 0, tokens);
        String charge = Credits.text(model.pricing().chargeMicros(usage));
        return new FirstCall(curl, "{… \"url\": \"" + address + "/v1/…\" … \"credits_consumed\": " + charge + "}");
    }

    private static FirstCall ofSpeech(String address, String key, Model model) {
        String curl = """
                curl %s/v1/audio/speech -o hello.wav \\
                  -H "Authorization: Bearer %s" \\
                  -H "Content-Type: application/json" \\
                  -d '{"model": "%s", "input": "Hello"}'""".formatted(address, key, model.id());
        return new FirstCall(curl, "hello.wav, a WAV file");
    }
}
