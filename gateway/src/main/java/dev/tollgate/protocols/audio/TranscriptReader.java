package dev.tollgate.protocols.audio;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.OutputWish;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.protocols.openai.ChatPlaces;
import dev.tollgate.protocols.openai.FormBody;
import dev.tollgate.protocols.openai.SamplingReader;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.media.MediaLabel;
import dev.tollgate.upstreams.media.kinds.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the form of a request for a transcript (Y56). A reader serves one form, on one thread. */
final class TranscriptReader {

    static final String TEXT = "text";

    private static final String FILE = "file";
    private static final int PROMPT_CHARS_MAX = 32_000;
    private static final int LANGUAGE_CHARS_MAX = 35;

    private final JsonBody json;
    private final SamplingReader sampling;
    private @Nullable String model;
    private String language = "";
    private String prompt = "";
    private String format = "json";
    private boolean events;

    private TranscriptReader(JsonBody json) {
        this.json = json;
        this.sampling = new SamplingReader(json);
    }

    /**
     * @param memory charged with the memory of the result
     * @throws dev.tollgate.base.error.ApiException 400 {@code invalid_request} that names the field, for every fault
     */
    static AudioRequest read(FormBody form, ReadLimits limits, Lease memory) {
        TranscriptReader reader = new TranscriptReader(new JsonBody(form.json(), limits, memory));
        reader.json.wholeObject(it -> it.object(reader::member));
        return reader.built(form.files(), memory);
    }

    private void member(String name) {
        switch (name) {
            case "model" -> model = json.nonEmptyString();
            case "language" -> language = language();
            case "prompt" -> prompt = json.string(PROMPT_CHARS_MAX);
            case "response_format" -> format = format();
            case "stream" -> events = json.bool();
            case "temperature" -> sampling.take(name);
            case "timestamp_granularities" -> throw json.invalid("is not supported: the model would invent the times.");
            case "include" -> throw json.invalid("is not supported: the models give no log probabilities of speech.");
            case "known_speaker_names", "known_speaker_references" ->
                throw json.invalid("is not supported: speakers are not distinguished.");
            default -> json.ignore();
        }
    }

    private String language() {
        String code = json.string(LANGUAGE_CHARS_MAX);
        if (!code.matches("[A-Za-z]{2,}(-[A-Za-z0-9]+)*|")) {
            throw json.refuse("the code of a language, like en or pt-BR");
        }
        return code;
    }

    private String format() {
        String asked = json.oneOf(List.of("json", TEXT, "verbose_json", "srt", "vtt", "diarized_json"));
        if (!asked.equals("json") && !asked.equals(TEXT)) {
            throw json.invalid("must be json or text, got '" + asked + "': the model would invent times and speakers.");
        }
        return asked;
    }

    private AudioRequest built(List<FormBody.File> files, Lease memory) {
        if (model == null) {
            throw JsonBody.invalid("model", "is required.");
        }
        ContentPart.Media audio = null;
        for (FormBody.File file : files) {
            if (!file.field().equals(FILE)) {
                json.ignored(file.field());
            } else if (audio == null) {
                audio = audio(file, memory);
            } else {
                throw JsonBody.invalid(FILE, "must be one file, got several.");
            }
        }
        if (audio == null) {
            throw JsonBody.invalid(FILE, "is required, as a file of the form.");
        }
        List<ContentPart> parts = List.of(new ContentPart.Text(instruction()), audio);
        return new AudioRequest(
                model,
                format,
                events,
                json.ignored(),
                Conversation.ofTurn(
                        ChatPlaces.NAMES.at(""), Place.at(FILE), parts, sampling.built(null), null, OutputWish.NONE));
    }

    private String instruction() {
        return "Write down the speech in this recording word for word, in the language that is spoken. Answer with the transcript"
                + " alone, and with nothing if nobody speaks."
                + (language.isEmpty() ? "" : " The language that is spoken is '" + language + "'.")
                + (prompt.isEmpty()
                        ? ""
                        : " The text before it, or words that may come, for spelling and style: " + prompt);
    }

    /** Takes a file, whose bytes say what it is; its label tells sound from video if a container's tracks cannot be seen. */
    private static ContentPart.Media audio(FormBody.File file, Lease memory) {
        byte[] head = file.at(0, MediaType.HEAD_BYTES);
        MediaType found = MediaType.sniff(head);
        if (found == null || found.kind() != MediaType.Kind.SOUND_OR_VIDEO) {
            throw JsonBody.invalid(
                    FILE,
                    "must be a WAV, MP3, AIFF, AAC, OGG, FLAC, M4A, MP4 or WebM file, its bytes are "
                            + (found != null ? found.mimeType() : head.length == 0 ? "none" : "of an unknown type")
                            + ".");
        }
        memory.take(OutgoingBody.base64Length(file.length()));
        return new ContentPart.Media(
                Place.at(FILE),
                ContentPart.Named.FILE,
                new ContentPart.Source.Inline(file.base64()),
                MediaLabel.spelling(found, file.type(), file::at),
                null,
                null);
    }
}
