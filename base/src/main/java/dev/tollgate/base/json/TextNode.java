package dev.tollgate.base.json;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.UTF8JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.JsonNodeType;
import tools.jackson.databind.node.ValueNode;

/** A long string of a tree, as it is in the body. Each read decodes it again. */
final class TextNode extends ValueNode {

    private static final long serialVersionUID = 1L;

    /** Shorter strings are names, words and numbers, which are compared. */
    private static final int UTF8_BYTES_MIN = 64;

    private final transient JsonText text;

    private TextNode(JsonText text) {
        this.text = text;
    }

    /** Returns a string of a tree; equal texts have nodes of one class. */
    static JsonNode of(JsonText text) {
        return text.utf8Bytes() < UTF8_BYTES_MIN
                ? JsonNodeFactory.instance.stringNode(text.toString())
                : new TextNode(text);
    }

    JsonText text() {
        return text;
    }

    @Override
    public JsonNodeType getNodeType() {
        return JsonNodeType.STRING;
    }

    @Override
    public JsonToken asToken() {
        return JsonToken.VALUE_STRING;
    }

    @Override
    public String stringValue() {
        return text.toString();
    }

    @Override
    public String stringValue(String otherwise) {
        return stringValue();
    }

    @Override
    public Optional<String> stringValueOpt() {
        return Optional.of(stringValue());
    }

    @Override
    public String asString() {
        return stringValue();
    }

    @Override
    public String asString(String otherwise) {
        return stringValue();
    }

    @Override
    public Optional<String> asStringOpt() {
        return stringValueOpt();
    }

    @Override
    protected String _asString() {
        return stringValue();
    }

    @Override
    protected String _valueDesc() {
        return MessageText.quoted(stringValue());
    }

    @Override
    public void serialize(JsonGenerator json, SerializationContext context) {
        if (json instanceof UTF8JsonGenerator) {
            text.write(json);
        } else {
            json.writeString(stringValue()); // others take characters only
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TextNode it && it.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }
}
