package dev.tollgate.protocols.images;

/** The paths of images, which differ in a few fields of the request and in the words of the answer. */
public enum ImagesPath {
    /** OpenAI's {@code /v1/images/generations}. */
    GENERATIONS(""),
    /** OpenAI's {@code /v1/images/edits}: requests bring images. */
    EDITS("/edits"),
    /** {@code /v1/images}, as OpenRouter's programs ask and read. */
    OPENROUTER("/openrouter");

    /** The mark that separates its requests from equal bodies on other paths. */
    private final String label;

    ImagesPath(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
