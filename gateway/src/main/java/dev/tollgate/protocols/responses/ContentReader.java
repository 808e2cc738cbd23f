package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.ContentPart.Media;
import dev.tollgate.base.conversation.ContentPart.Named;
import dev.tollgate.base.conversation.MediaSource;
import dev.tollgate.base.conversation.MediaTypes;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.calls.files.KeptImages;
import dev.tollgate.protocols.responses.Item.Content;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the content of messages and the output of tools in the whole input, and counts the parts. */
final class ContentReader {

    private static final String OCTETS = "application/octet-stream";

    private final JsonBody json;
    private int parts;
    private int media;

    ContentReader(JsonBody json) {
        this.json = json;
    }

    /** Reads a string or a list of parts. Parts of unknown types are passed over and named (E5). */
    List<Content> content() {
        if (json.isString()) {
            return List.of(new Content(json.path(), new ContentPart.Text(json.text())));
        }
        if (!json.isArray()) {
            throw json.refuse("a string or an array of parts");
        }
        List<Content> read = new ArrayList<>();
        json.array(json.limits().partsMax(), () -> read.addAll(onePart()));
        return read;
    }

    /** Reads one part; nothing if it is passed over. */
    List<Content> onePart() {
        Content part = new OnePart(json.path()).read();
        if (part == null) {
            return List.of();
        }
        count(part);
        return List.of(part);
    }

    /** Reads the base64 of a picture that the model has made. */
    Media picture() {
        Place place = ResponsesPlaces.NAMES.at(json.path());
        MediaSource data = json.slice().startsWith(KeptImages.BASE) ? MediaSource.url(json) : MediaSource.data(json);
        countMedium();
        return new Media(place, Named.PICTURE, data.source(), data.mimeType(), null, null);
    }

    private void count(Content part) {
        if (++parts > json.limits().partsMax()) {
            throw JsonBody.invalid("input", "must have at most " + json.limits().partsMax() + " content parts in all.");
        }
        if (part.part() instanceof Media) {
            countMedium();
        }
    }

    private void countMedium() {
        if (++media > json.limits().mediaMax()) {
            throw JsonBody.invalid(
                    "input", "must have at most " + json.limits().mediaMax() + " images, audios and files in all.");
        }
    }

    private final class OnePart {

        private final String path;
        private @Nullable String type;
        private @Nullable JsonText text;
        private @Nullable MediaSource image;
        private @Nullable MediaSource file;
        private @Nullable String detail;
        private @Nullable String filename;
        private @Nullable Media sound;

        /** Where the members begin that may have an effect. */
        private final Map<String, Integer> starts = new HashMap<>();

        OnePart(String path) {
            this.path = path;
        }

        @Nullable
        Content read() {
            if (!json.isObject()) {
                throw json.refuse("an object");
            }
            int start = json.start();
            json.object(this::member);
            if (type == null) {
                throw json.required("type");
            }
            leaveOutUnused(type);
            return switch (type) {
                case "input_text", "output_text", "text", "refusal" ->
                    new Content(path, new ContentPart.Text(required(text, type.equals("refusal") ? type : "text")));
                case "encrypted_content" ->
                    throw JsonBody.invalid(
                            path + "." + type,
                            "was sealed by another server and cannot be read here. Send what it says as text.");
                case "input_image", "computer_screenshot" ->
                    new Content(path, medium(Named.PICTURE, required(image, "image_url"), "image_url"));
                case "input_file" -> new Content(path, file());
                case "input_audio" -> new Content(path, required(sound, "input_audio"));
                default -> {
                    json.ignored(path);
                    json.leaveOut(start);
                    yield null;
                }
            };
        }

        /** Members that have no effect in a part of this type are not kept. */
        private void leaveOutUnused(String type) {
            Set<String> used =
                    switch (type) {
                        case "input_image", "computer_screenshot" -> Set.of("image_url", "detail");
                        case "input_file" -> Set.of("file", "filename");
                        case "input_audio" -> Set.of("input_audio");
                        default -> Set.of("text");
                    };
            starts.forEach((member, start) -> {
                if (!used.contains(member)) {
                    json.leaveOut(start);
                }
            });
        }

        /** Notes a member; if a later one takes its place, it has no effect. */
        private void noted(String member) {
            Integer before = starts.put(member, json.start());
            if (before != null) {
                json.leaveOut(before);
            }
        }

        private void member(String member) {
            switch (member) {
                case "type" -> type = json.string();
                case "text", "refusal" -> textIfString();
                case "image_url" -> imageUrl();
                case "detail" -> detail();
                case "file_data" -> {
                    noted("file");
                    file = MediaSource.data(json);
                }
                case "file_url" -> {
                    noted("file");
                    file = MediaSource.url(json);
                }
                case "filename" -> {
                    noted(member);
                    filename = json.string();
                }
                case "file_id" -> throw json.invalid("is not supported, send the file itself.");
                case "input_audio" -> {
                    noted(member);
                    json.object(new Sound()::member);
                }
                case "annotations", "logprobs" -> json.leaveOut(); // of a response that comes back
                default -> json.ignore();
            }
        }

        private void textIfString() {
            if (json.isString()) {
                noted("text");
                text = json.text();
            } else {
                json.ignore();
            }
        }

        /** Takes the URL, or by the habit of Chat Completions an object with it. */
        private void imageUrl() {
            noted("image_url");
            if (json.isString()) {
                image = MediaSource.url(json);
                return;
            }
            json.object(member -> {
                switch (member) {
                    case "url" -> image = MediaSource.url(json);
                    case "detail" -> detail();
                    default -> json.ignore();
                }
            });
        }

        private void detail() {
            noted("detail");
            detail = json.string();
        }

        private Media file() {
            MediaSource source = required(file, "file_data");
            boolean isUnnamed = source.mimeType() == null || source.mimeType().equals(OCTETS);
            String byName = isUnnamed && filename != null ? MediaTypes.ofFilename(filename) : null;
            if (filename != null && byName == null) {
                json.ignored(path + ".filename");
                json.leaveOut(starts.getOrDefault("filename", 0));
            }
            String mimeType = byName != null ? byName : isUnnamed ? null : source.mimeType();
            boolean isRemote = source.source() instanceof ContentPart.Source.Remote;
            String field = path + (isRemote ? ".file_url" : ".file_data");
            return new Media(ResponsesPlaces.NAMES.at(field), Named.FILE, source.source(), mimeType, null, null);
        }

        private Media medium(Named named, MediaSource source, String member) {
            return new Media(
                    ResponsesPlaces.NAMES.at(path + "." + member),
                    named,
                    source.source(),
                    source.mimeType(),
                    resolution(),
                    null);
        }

        private @Nullable String resolution() {
            return switch (detail == null ? "auto" : detail) {
                case "auto" -> null;
                case "low" -> "low";
                case "high", "original" -> "high";
                default -> {
                    json.ignored(path + ".detail");
                    json.leaveOut(starts.getOrDefault("detail", 0));
                    yield null;
                }
            };
        }

        private <T> T required(@Nullable T value, String member) {
            if (value == null) {
                throw JsonBody.invalid(path + "." + member, "is required.");
            }
            return value;
        }

        private final class Sound {

            private @Nullable MediaSource data;
            private @Nullable String format;

            void member(String member) {
                switch (member) {
                    case "data" -> data = MediaSource.data(json);
                    case "format" -> format = json.oneOf(MediaTypes.AUDIO_FORMATS);
                    default -> json.ignore();
                }
                if (data != null && format != null) {
                    sound = new Media(
                            ResponsesPlaces.NAMES.at(path + ".input_audio"),
                            Named.SOUND,
                            data.source(),
                            MediaTypes.ofAudioFormat(format),
                            null,
                            null);
                }
            }
        }
    }
}
