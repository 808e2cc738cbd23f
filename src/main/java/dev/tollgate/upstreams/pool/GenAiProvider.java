package dev.tollgate.upstreams.pool;

/** Who answers on a channel, in the words of OpenTelemetry's semantic conventions for generative AI ({@code gen_ai.provider.name}). */
public final class GenAiProvider {

    private GenAiProvider() {}

    /** @param kind of a channel, as the operator's file calls it; one that the conventions do not know keeps its name */
    public static String of(String kind) {
        return switch (kind) {
            case "gemini", "sandbox" -> "gcp.gemini";
            case "vertex" -> "gcp.vertex_ai";
            default -> kind;
        };
    }
}
