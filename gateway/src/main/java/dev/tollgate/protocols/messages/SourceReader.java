package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.ContentPart.Media;
import dev.tollgate.base.conversation.ContentPart.Named;
import dev.tollgate.base.conversation.ContentPart.Source;
import dev.tollgate.base.conversation.MediaTypes;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.json.AsciiSlice;
import dev.tollgate.base.json.Base64Text;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.MessageText;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads {@code source} of an image or a document: bytes, an address, a text, or blocks. One source, then done. */
final class SourceReader {

    private static final List<String> TYPES = List.of("base64", "url", "text", "content", "file");

    private final JsonBody json;
    private final BlockReader blocks;

    private @Nullable String type;
    private @Nullable String mediaType;
    private @Nullable JsonText data;
    private @Nullable String base64;
    private @Nullable String url;
    private @Nullable List<ContentPart> content;

    SourceReader(JsonBody json, BlockReader blocks) {
        this.json = json;
        this.blocks = blocks;
    }

    /**
     * Returns what the source holds: one part of media, or texts and images.
     *
     * @param named what a file of it is
     */
    List<ContentPart> read(Named named) {
        Place place = MessagesPlaces.NAMES.at(json.path());
        json.object(this::member);
        return switch (json.given(type, "type")) {
            case "base64" -> List.of(media(place, named, inline(), mediaType));
            case "url" -> List.of(media(place, named, new Source.Remote(json.given(url, "url")), null));
            case "text" -> List.of(new ContentPart.Text(json.given(data, "data")));
            case "content" -> json.given(content, "content");
            default -> throw noFiles(json.memberPath("file_id"));
        };
    }

    private static Media media(Place place, Named named, Source source, @Nullable String type) {
        return new Media(place, named, source, type, null, null);
    }

    private void member(String name) {
        switch (name) {
            case "type" -> type = json.oneOf(TYPES);
            case "media_type" -> mediaType = mediaType();
            case "data" -> data();
            case "url" -> url = url();
            case "content" -> content = blocks.inner();
            case "file_id" -> throw noFiles(json.path());
            default -> json.ignore();
        }
    }

    private String mediaType() {
        String said = json.string().strip().toLowerCase(Locale.ROOT);
        if (!MediaTypes.isType(said)) {
            throw json.refuse("a media type like image/png");
        }
        return said;
    }

    /** The type usually comes first: then base64 is not read as a text before. */
    private void data() {
        if ("base64".equals(type)) {
            base64 = standard(json.slice());
        } else {
            data = json.text();
        }
    }

    private Source.Inline inline() {
        if (base64 == null) {
            base64 = standard(AsciiSlice.of(json.given(data, "data").toString()));
        }
        return new Source.Inline(base64);
    }

    private String standard(AsciiSlice text) {
        String standard = Base64Text.standard(text);
        if (standard == null || standard.isEmpty()) {
            String path = json.path().endsWith(".data") ? json.path() : json.memberPath("data");
            throw JsonBody.invalid(path, standard == null ? "is not valid base64." : "holds no data.");
        }
        return standard;
    }

    private String url() {
        String text = json.string();
        if (!text.startsWith("https://") && !text.startsWith("http://") && !text.startsWith("gs://")) {
            throw json.invalid("must be an http(s) URL, got " + MessageText.quoted(text) + ".");
        }
        return text;
    }

    private static RuntimeException noFiles(String path) {
        return JsonBody.invalid(path, "is not supported, send the file itself as base64 or by its URL.");
    }
}
