package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.ContentPart.Media;
import dev.tollgate.base.conversation.ContentPart.Named;
import dev.tollgate.base.conversation.ContentPart.Text;
import dev.tollgate.base.conversation.ContentPart.VideoMetadata;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.json.JsonBody;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads content parts of the whole conversation, and counts them. */
final class PartReader {

    private static final List<String> TYPES =
            List.of("text", "image_url", "input_audio", "file", "video_url", "refusal", "image");

    /** LangChain's type of an image. Its address is a member of the same part. */
    private static final String IMAGE = "image";

    private static final String URL = "url";

    private final JsonBody json;
    private int parts;
    private int media;

    PartReader(JsonBody json) {
        this.json = json;
    }

    /**
     * @param type the caller's word
     * @param path the part's own dotted path
     */
    record Part(String type, String path, ContentPart content) {
        boolean isMedia() {
            return content instanceof Media;
        }
    }

    /** Reads a list of at least one part. */
    List<Part> parts() {
        List<Part> read = new ArrayList<>();
        json.array(json.limits().partsMax(), () -> read.add(counted(new OnePart().read())));
        if (read.isEmpty()) {
            throw json.invalid("must have at least 1 part.");
        }
        return read;
    }

    /** An element of {@code images} of an assistant's message, as an answer has shown it; null where it is something else. */
    Message.@Nullable SentBack sentBack(Place place) {
        if (!json.isObject()) {
            json.ignore();
            return null;
        }
        SentBackReader one = new SentBackReader();
        json.object(one::member);
        Media made = json.given(one.media, "image_url");
        countMedium();
        return new Message.SentBack(place, made, one.thoughtSignature);
    }

    private Part counted(Part part) {
        if (++parts > json.limits().partsMax()) {
            throw JsonBody.invalid(
                    "messages", "must have at most " + json.limits().partsMax() + " content parts in all.");
        }
        if (part.isMedia()) {
            countMedium();
        }
        return part;
    }

    private void countMedium() {
        if (++media > json.limits().mediaMax()) {
            throw JsonBody.invalid(
                    "messages",
                    "must have at most " + json.limits().mediaMax() + " images, audios, videos and files in all.");
        }
    }

    private final class SentBackReader {
        private @Nullable Media media;
        private @Nullable String thoughtSignature;

        void member(String name) {
            switch (name) {
                case "image_url" -> media = new MediaReader(json).url(Named.PICTURE);
                case "extra_content" -> thoughtSignature = ToolCallReader.thoughtSignature(json);
                case "type" -> json.oneOf(List.of("image_url"));
                case "index" -> json.skip();
                default -> json.ignore();
            }
        }
    }

    /** The member that holds a part's content has the name of its type; members of other types have no effect. */
    private final class OnePart {
        private final Map<String, ContentPart> contents = new LinkedHashMap<>();
        private @Nullable String type;
        private @Nullable VideoMetadata video;

        Part read() {
            json.object(this::member);
            String its = json.given(type, "type");
            String member = its.equals(IMAGE) ? URL : its;
            ContentPart content = json.given(contents.remove(member), member);
            contents.keySet().forEach(other -> json.ignored(json.memberPath(other)));
            return new Part(its.equals(IMAGE) ? "image_url" : its, json.path(), withVideo(content));
        }

        private void member(String name) {
            switch (name) {
                case "type" -> type = json.oneOf(TYPES);
                case "text", "refusal" -> contents.put(name, new Text(json.text()));
                case "image_url" -> contents.put(name, new MediaReader(json).url(Named.PICTURE));
                case URL -> contents.put(name, new MediaReader(json).url(Named.PICTURE));
                case "video_url" -> contents.put(name, new MediaReader(json).url(Named.VIDEO));
                case "input_audio" -> contents.put(name, new MediaReader(json).audio());
                case "file" -> contents.put(name, new MediaReader(json).file());
                case "video_metadata" -> video = MediaReader.videoMetadata(json);
                default -> json.ignore();
            }
        }

        private ContentPart withVideo(ContentPart content) {
            if (video == null) {
                return content;
            }
            if (content instanceof Media it) {
                return new Media(it.place(), it.named(), it.source(), it.mimeType(), it.detail(), video);
            }
            json.ignored(json.memberPath("video_metadata"));
            return content;
        }
    }
}
