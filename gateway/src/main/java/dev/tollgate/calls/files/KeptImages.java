package dev.tollgate.calls.files;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.JsonSource;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.storage.StoreException;
import dev.tollgate.upstreams.media.MadeData;
import dev.tollgate.upstreams.media.kinds.ImageHead;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images of kept responses (Y17). A kept response has an address instead of each large image, which is a file that stays for as long as the response
 * does.
 *
 * @param imageBytesMax the most bytes that a model's image has
 */
public record KeptImages(FileStore files, long imageBytesMax) {

    private static final Logger log = LoggerFactory.getLogger(KeptImages.class);

    /** The beginning of what stands in a kept response for an image; no server has the name. */
    public static final String BASE = "https://kept.invalid" + UploadedFiles.PATH;

    private static final Pattern IN_JSON = Pattern.compile("\"(" + BASE + "([0-9a-f]{32}))\"");

    /** The characters of 64 KiB; a smaller image stays in its response. */
    private static final int CHARS_MIN = (64 << 10) / 3 * 4;

    /** Finds an image; null if it is gone. Blocks. */
    @Nullable
    StoredFile find(String accountId, KeyOwner owner, String id) {
        StoredFile file = files.find(accountId, owner, FilePurpose.KEPT, id);
        return file == null ? null : files.used(file, owner);
    }

    /** Returns whether the images of a call can be kept with its response. Blocks. */
    public boolean hasRoom(String accountId, int images) {
        return Records.read(() -> files.limits().hasRoomToKeep(accountId, images, images * imageBytesMax));
    }

    /** Puts the images of a kept response into its JSON, to be sent in pieces. Blocks. */
    public JsonPieces whole(String accountId, KeyOwner owner, byte[] json) {
        JsonPieces whole = new JsonPieces();
        int from = 0;
        for (Named named : named(json)) {
            StoredFile file = Records.read(() -> Optional.ofNullable(find(accountId, owner, named.id())))
                    .filter(StoredFile::isWhole)
                    .orElse(null);
            if (file != null) {
                whole.repeat(json, from, named.from());
                whole.add(new PieceSource(file.bytes(), FilePieces.PIECE_BYTES, place -> opened(files, file, place))
                        .base64());
                from = named.to();
            }
        }
        return whole.repeat(json, from, json.length);
    }

    /** Deletes the images of a kept response. Blocks. */
    public void forget(String accountId, KeyOwner owner, byte[] json) {
        named(json).forEach(named -> Records.read(() -> files.delete(accountId, owner, FilePurpose.KEPT, named.id())));
    }

    /** The name of an image in JSON. */
    private record Named(String id, int from, int to) {}

    private static List<Named> named(byte[] json) {
        return IN_JSON.matcher(new String(json, StandardCharsets.ISO_8859_1))
                .results()
                .map(found -> new Named(found.group(2), found.start(1), found.end(1)))
                .toList();
    }

    private static byte[] opened(FileStore files, StoredFile file, long place) throws IOException {
        try {
            return files.pieces().inTurn(file.accountId(), file, place);
        } catch (StoreException e) {
            throw new IOException("an image could not be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    /** Returns what keeps the images of a call. */
    public OfCall of(String accountId, KeyOwner owner) {
        return new OfCall(files, accountId, owner, false, ConcurrentHashMap.newKeySet());
    }

    /**
     * Keeps the images of one call with its response. Does not block.
     *
     * @param isDemanded whether an image that cannot be stored fails its answer
     * @param stored the ids of those that have been stored, or tried to
     */
    public record OfCall(FileStore files, String accountId, KeyOwner owner, boolean isDemanded, Set<String> stored) {

        /** Returns the same for an answer whose caller gets it from the store alone. */
        public OfCall demanded() {
            return new OfCall(files, accountId, owner, true, stored);
        }

        /** Deletes the images soon, since the response is not kept. What cannot be deleted now expires as any that is not used. */
        public void forget() {
            if (!stored.isEmpty()) {
                Thread.ofVirtual().name("forget-images").start(() -> stored.forEach(this::forget));
            }
        }

        private void forget(String id) {
            try {
                files.delete(accountId, owner, FilePurpose.KEPT, id);
            } catch (StoreException e) {
                log.debug("image {} of no response stays until it expires", id, e);
            }
        }

        /** Returns an image that is to be kept; null if it is small, or none. */
        public @Nullable Image image(MadeData data) {
            return data.length() < CHARS_MIN || ImageHead.of(data.head()) == null ? null : new Image(this, data);
        }
    }

    /** An image that is stored when its turn has come to leave, so a caller who has it all can continue from it. */
    public static final class Image {

        private final OfCall call;
        private final MadeData data;
        private final String id;
        private final FutureTask<StoredFile> storing = new FutureTask<>(this::stored);

        private Image(OfCall call, MadeData data) {
            this.call = call;
            this.data = data;
            this.id = call.files().newId();
        }

        private StoredFile stored() throws IOException {
            JsonSource bytes = data.decoded();
            call.stored().add(id);
            try (InputStream content = bytes.stream()) {
                return call.files().keep(call.accountId(), call.owner(), id, bytes.size(), content);
            }
        }

        /** Returns the image itself, or what is sent for it, after which it is stored. */
        public JsonSource sentAs(JsonSource sent) {
            return new JsonSource() {

                @Override
                public long size() {
                    return sent.size();
                }

                @Override
                public byte[] read(long from, int count) throws IOException {
                    storing.run(); // if that fails, the response is not found again
                    if (call.isDemanded() && storing.state() != Future.State.SUCCESS) {
                        throw new IOException("an image could not be stored", storing.exceptionNow());
                    }
                    return sent.read(from, count);
                }

                @Override
                public byte[] word() {
                    return (BASE + id).getBytes(StandardCharsets.US_ASCII);
                }
            };
        }

        /** Returns the image as a part of a JSON string. */
        public JsonSource source() {
            return sentAs(data.source());
        }
    }
}
