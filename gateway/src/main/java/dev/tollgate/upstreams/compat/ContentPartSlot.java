package dev.tollgate.upstreams.compat;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.TextFiles;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.media.GoogleUrl;
import dev.tollgate.upstreams.media.MediaRefused;
import dev.tollgate.upstreams.media.Medium;
import dev.tollgate.upstreams.media.WantedMedium;
import dev.tollgate.upstreams.media.kinds.MediaType;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A place in a translated body for a content part whose medium is downloaded before the body is sent.
 *
 * @param from of the bytes that give way
 * @param to behind them
 * @param part that names the medium
 * @param wanted the medium
 */
record ContentPartSlot(int from, int to, ContentPart.Media part, WantedMedium.Remote wanted) {

    /** The content of the slot. @param ignored dotted names of what is said of the medium without effect */
    record Filling(List<OutgoingBody.Piece> pieces, List<String> ignored) {}

    /** @throws ApiException for what cannot be downloaded, before anything is done */
    static WantedMedium.Remote wanted(ContentPart.Media part, ContentPart.Source.Remote remote) {
        String url = remote.url();
        if (GoogleUrl.isStored(url)) {
            throw refuse(part, "lies in Google's storage, which this model cannot be sent from at the moment.");
        }
        if (GoogleUrl.isYouTube(url)) {
            throw refuse(part, "is a link to YouTube, which this model does not take at the moment.");
        }
        try {
            GoogleUrl.requireDownload(url);
        } catch (MediaRefused refused) {
            throw refuse(part, refused.why());
        }
        return new WantedMedium.Remote(
                part.place().path(), url, new WantedMedium.Hint(remote.suffixType(), part.isPicture()));
    }

    /** @throws ApiException naming the field, where the protocol has no part for the medium */
    Filling filling(CallMedia media) {
        Medium medium = media.get(wanted.key());
        try {
            return filling(medium);
        } catch (CharacterCodingException e) {
            throw refuse(part, TextFiles.UNREADABLE);
        } catch (IOException e) {
            throw gone();
        }
    }

    private Filling filling(@Nullable Medium medium) throws IOException {
        if (medium == null) {
            throw gone();
        }
        MediaType type = type(medium.mimeType());
        PartFrame frame = PartFrame.of(type, part.detail());
        if (frame != null) {
            OutgoingBody.Piece base64 = new OutgoingBody.Base64Of(medium);
            return filling(frame.before(), base64, frame.after(), type);
        }
        if (medium.mimeType().startsWith("text/")) {
            return filling("{\"type\":\"text\",\"text\":\"", OutgoingBody.jsonText(medium), "\"}", null);
        }
        throw refuse(
                part,
                "leads to a file of a type that this model does not take at the moment: %s."
                        .formatted(medium.mimeType()));
    }

    private Filling filling(String before, OutgoingBody.Piece medium, String after, @Nullable MediaType type) {
        return new Filling(List.of(ascii(before), medium, ascii(after)), PartFrame.ignored(part, type));
    }

    private static OutgoingBody.Piece ascii(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return new OutgoingBody.Bytes(bytes, 0, bytes.length);
    }

    private static @Nullable MediaType type(String mimeType) {
        return Stream.of(MediaType.values())
                .filter(type -> type.mimeType().equals(mimeType))
                .findAny()
                .orElse(null);
    }

    /** The call is over, and its media are let go. */
    private static ApiException gone() {
        return ApiError.of(ErrorCode.INTERNAL_ERROR, "The media of the call could not be loaded. Please try again.")
                .asException();
    }

    static ApiException refuse(ContentPart.Media part, String why) {
        return ApiError.invalid(part.place().path(), "'" + part.place().path() + "' " + why)
                .asException();
    }
}
