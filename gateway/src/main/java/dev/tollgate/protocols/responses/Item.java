package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.protocols.door.ToolNames;
import java.util.List;

/** An item of the input that goes to the model, in the caller's order. */
sealed interface Item {

    Place place();

    /** Returns about how many bytes of text it brings into the prompt. */
    default long bytes() {
        return switch (this) {
            case Instruction it -> Content.bytes(it.parts());
            case User it -> Content.bytes(it.parts());
            case Assistant it -> Content.bytes(it.parts());
            case Result it -> Content.bytes(it.parts());
            case Call it -> it.arguments().length();
            case Picture it -> 0;
            case Reference it -> 0;
            case Summary it -> it.text().utf8Bytes();
        };
    }

    /** Returns whether all of it is here. */
    default boolean isWhole() {
        return !(this instanceof Reference || this instanceof Summary);
    }

    /** A message of the role system or developer. */
    record Instruction(Place place, List<Content> parts) implements Item {}

    record User(Place place, List<Content> parts) implements Item {}

    record Assistant(Place place, List<Content> parts) implements Item {}

    /**
     * A call of a function or of a custom tool.
     *
     * @param arguments one JSON object
     */
    record Call(Place place, String callId, ToolNames.Own tool, String arguments) implements Item {}

    /** A picture that the model has made. */
    record Picture(Place place, Message.SentBack made) implements Item {}

    /** An item of a kept response (E31). */
    record Reference(Place place, String id) implements Item {}

    /**
     * A summary that takes the place of the conversation before it (E73).
     *
     * @param sealed its content, as it came
     * @param text empty until it is opened
     */
    record Summary(Place place, JsonText sealed, JsonText text) implements Item {

        Summary openedAs(JsonText opened) {
            return new Summary(place, sealed, opened);
        }

        List<Content> parts() {
            return List.of(new Content(place.path(), new ContentPart.Text(text)));
        }
    }

    record Result(Place place, String callId, List<Content> parts) implements Item {}

    /** A part of a message or a result. @param path of the part, or of the string that it is */
    record Content(String path, ContentPart part) {

        private static long bytes(List<Content> parts) {
            long bytes = 0;
            for (Content each : parts) {
                bytes +=
                        each.part instanceof ContentPart.Text text ? text.text().utf8Bytes() : 0;
            }
            return bytes;
        }

        /** Returns the text. @throws dev.tollgate.base.error.ApiException 400 that names the part for anything else */
        JsonText textOf(String owner) {
            if (part instanceof ContentPart.Text text) {
                return text.text();
            }
            throw JsonBody.invalid(path, "must be text in " + owner + ".");
        }
    }
}
