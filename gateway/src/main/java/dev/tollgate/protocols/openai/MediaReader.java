package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.ContentPart.Media;
import dev.tollgate.base.conversation.ContentPart.Named;
import dev.tollgate.base.conversation.ContentPart.Source;
import dev.tollgate.base.conversation.ContentPart.VideoMetadata;
import dev.tollgate.base.conversation.MediaSource;
import dev.tollgate.base.conversation.MediaTypes;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what is not text: {@code image_url}, {@code video_url}, {@code input_audio}, {@code file}. One part, then done. */
public final class MediaReader {

    private static final String OCTETS = "application/octet-stream";

    private final JsonBody json;

    private @Nullable Source source;
    private @Nullable String mimeType;
    private @Nullable String detail;
    private @Nullable String format;
    private @Nullable String filename;
    private @Nullable VideoMetadata video;

    public MediaReader(JsonBody json) {
        this.json = json;
    }

    /** {@code {url, detail}}, or by an old habit the url alone. */
    public Media url(Named named) {
        Place place = ChatPlaces.NAMES.at(json.path());
        if (json.isString()) {
            take(MediaSource.url(json));
        } else {
            json.object(this::urlMember);
        }
        return new Media(place, named, json.given(source, "url"), mimeType, detail, video);
    }

    private void urlMember(String name) {
        switch (name) {
            case "url" -> take(MediaSource.url(json));
            case "detail" -> detail = detail();
            case "video_metadata" -> video = videoMetadata(json);
            default -> json.ignore();
        }
    }

    private @Nullable String detail() {
        String word = json.oneOf(List.of("auto", "low", "high"));
        return word.equals("auto") ? null : word;
    }

    Media audio() {
        Place place = ChatPlaces.NAMES.at(json.path());
        json.object(this::audioMember);
        Source data = json.given(source, "data");
        String its = json.given(format, "format");
        return new Media(place, Named.SOUND, data, MediaTypes.ofAudioFormat(its), null, null);
    }

    private void audioMember(String name) {
        switch (name) {
            case "data" -> take(MediaSource.data(json));
            case "format" -> format = json.oneOf(MediaTypes.AUDIO_FORMATS);
            default -> json.ignore();
        }
    }

    Media file() {
        Place place = ChatPlaces.NAMES.at(json.path());
        json.object(this::fileMember);
        Source data = json.given(source, "file_data");
        boolean isUnnamed = mimeType == null || mimeType.equals(OCTETS);
        String byName = isUnnamed && filename != null ? MediaTypes.ofFilename(filename) : null;
        if (filename != null && byName == null) {
            json.ignored(json.memberPath("filename"));
        }
        String type = byName != null ? byName : mimeType;
        return new Media(place, Named.FILE, data, OCTETS.equals(type) ? null : type, null, null);
    }

    private void fileMember(String name) {
        switch (name) {
            case "file_data" -> take(MediaSource.data(json));
            case "filename" -> filename = json.string();
            // D22: there are no files of our own yet
            case "file_id" -> throw json.invalid("is not supported, send the file itself as 'file_data'.");
            default -> json.ignore();
        }
    }

    private void take(MediaSource read) {
        source = read.source();
        if (read.mimeType() != null) {
            mimeType = read.mimeType();
        }
    }

    /** Reads {@code {start_offset, end_offset, fps}}, a convention of other gateways. */
    static VideoMetadata videoMetadata(JsonBody json) {
        var members = new Object() {
            @Nullable
            String start;

            @Nullable
            String end;

            @Nullable
            Double fps;
        };
        json.object(name -> {
            switch (name) {
                case "start_offset" -> members.start = offset(json);
                case "end_offset" -> members.end = offset(json);
                case "fps" -> members.fps = framesPerSecond(json);
                default -> json.ignore();
            }
        });
        return new VideoMetadata(members.start, members.end, members.fps);
    }

    private static double framesPerSecond(JsonBody json) {
        double fps = json.number(0, 24);
        if (fps == 0) {
            throw json.refuse("a number above 0, at most 24");
        }
        return fps;
    }

    /** {@code 12.5s}, or a number of seconds; hours and beyond are not for us to judge. */
    private static String offset(JsonBody json) {
        if (!json.isString()) {
            return MessageText.number(json.number(0, 1e9)) + "s";
        }
        String text = json.string();
        if (text.length() > 20 || !text.matches("[0-9]+(\\.[0-9]+)?s")) {
            throw json.refuse("seconds like 12.5s");
        }
        return text;
    }
}
