package dev.tollgate.calls.files;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.JsonSource;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.files.FileStore.Purpose;
import dev.tollgate.calls.files.FileStore.StoredFile;
import dev.tollgate.storage.StoreException;
import dev.tollgate.upstreams.media.ImageHead;
import dev.tollgate.upstreams.media.KeptFiles;
import dev.tollgate.upstreams.media.MadeData;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of files that Google's clients upload (Y32), and of images that models make (Y33). An image is written to the store before its address is sent,
 * so a reader of the address can fetch the image.
 *
 * @param ledger says what an account can pay
 * @param imageBytesMax the most bytes that a model's image has
 * @param site {@code public.url}; null if the request says where this server is
 */
public record FileAddresses(
        FileStore files,
        Ledger ledger,
        long imageBytesMax,
        @Nullable URI site) implements KeptFiles {

    /** The path of an address before its id. */
    public static final String PATH = "/v1/images/files/";

    /** The end of an address: an id and the format. */
    public static final Pattern NAME = Pattern.compile("([0-9a-f]{32})\\.(?:png|jpg|webp)");

    /** The server may have had another name when it made the address, so the host does not matter. */
    private static final Pattern ADDRESS = Pattern.compile("https?://[^\\s?#()]{1,512}" + PATH + NAME);

    /** The path of a file of Google's Files API before its id. */
    public static final String FILES = "/v1beta/files/";

    /** The beginning of what stands in a kept response for an image; no server has the name. */
    public static final String KEPT_BASE = "https://kept.invalid" + FILES;

    private static final Pattern KEPT_IN_JSON = Pattern.compile("\"(" + KEPT_BASE + "([0-9a-f]{32}))\"");

    private static final Pattern UPLOADED =
            Pattern.compile("https?://[^\\s?#()]{1,512}/v1(?:beta)?/files/([0-9a-f]{32})");

    private static final int ID_CHARS = 32;

    /** The characters of 64 KiB; a smaller image stays in its response. */
    private static final int KEPT_CHARS_MIN = (64 << 10) / 3 * 4;

    /** A host as it may stand in an address, and so in a JSON string. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.:\\[\\]_-]{1,255}");

    @Override
    public @Nullable Kept find(String accountId, KeyOwner owner, String url) {
        Matcher address = UPLOADED.matcher(url);
        if (!address.matches()) {
            return find(accountId, url);
        }
        String id = address.group(1);
        StoredFile file = Records.read(() -> Optional.ofNullable(files.find(accountId, owner, Purpose.GEMINI, id))
                .or(() -> Optional.ofNullable(kept(accountId, owner, id)))
                .filter(StoredFile::isWhole)
                .orElseThrow(() -> notThere(id).asException()));
        return new Stored(files, accountId, file);
    }

    // ---- images of kept responses ----

    /** Finds an image of a kept response, which stays for as long as its response does. */
    private @Nullable StoredFile kept(String accountId, KeyOwner owner, String id) {
        StoredFile file = files.find(accountId, owner, Purpose.KEPT, id);
        return file == null ? null : files.used(file, owner);
    }

    /** Returns whether the images of a call can be kept with its response (Y17). Blocks. */
    public boolean hasRoomToKeep(String accountId, int images) {
        return Records.read(() -> files.hasRoomToKeep(accountId, images, images * imageBytesMax));
    }

    /** Puts the images of a kept response into its JSON, to be sent in pieces. Blocks. */
    public JsonPieces whole(String accountId, KeyOwner owner, byte[] json) {
        JsonPieces whole = new JsonPieces();
        int from = 0;
        for (Named named : named(json)) {
            StoredFile file = Records.read(() -> Optional.ofNullable(kept(accountId, owner, named.id())))
                    .filter(StoredFile::isWhole)
                    .orElse(null);
            if (file != null) {
                whole.repeat(json, from, named.from());
                whole.add(new PieceSource(file.bytes(), FileStore.PIECE_BYTES, place -> opened(files, file, place))
                        .base64());
                from = named.to();
            }
        }
        return whole.repeat(json, from, json.length);
    }

    /** Deletes the images of a kept response. Blocks. */
    public void forget(String accountId, KeyOwner owner, byte[] json) {
        named(json).forEach(named -> Records.read(() -> files.delete(accountId, owner, Purpose.KEPT, named.id())));
    }

    /** The name of an image in JSON. */
    private record Named(String id, int from, int to) {}

    private static List<Named> named(byte[] json) {
        return KEPT_IN_JSON
                .matcher(new String(json, StandardCharsets.ISO_8859_1))
                .results()
                .map(found -> new Named(found.group(2), found.start(1), found.end(1)))
                .toList();
    }

    private static byte[] opened(FileStore files, StoredFile file, long place) throws IOException {
        try {
            return files.pieceInTurn(file.accountId(), file, place);
        } catch (StoreException e) {
            throw new IOException("an image could not be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    /** Returns Google's refusal of a file that is not there, or that the key may not read. */
    public static ApiError notThere(String id) {
        String shown = id.length() <= ID_CHARS ? id : id.substring(0, ID_CHARS) + "...";
        return ApiError.of(
                        ErrorCode.INVALID_REQUEST,
                        "You do not have permission to access the File " + shown + " or it may not exist.")
                .withStatus(403);
    }

    @Override
    public @Nullable Kept find(String accountId, String url) {
        Matcher address = ADDRESS.matcher(url);
        StoredFile file =
                address.matches() ? Records.read(() -> files.find(accountId, Purpose.MADE, address.group(1))) : null;
        return file == null || !file.isWhole() ? null : new Stored(files, accountId, file);
    }

    /**
     * Takes images in the texts of a model as its images, the newest first and each once (Y14); others, and those that are gone, stay text. Blocks.
     *
     * @param accountId who reads
     * @param most says how many addresses are looked up; asked if there is one
     */
    public Conversation inTexts(Conversation conversation, String accountId, IntSupplier most) {
        Map<Message, Message> changed = new IdentityHashMap<>();
        LookUps lookUps = new LookUps(accountId, most);
        for (Message message : conversation.messages().reversed()) {
            if (message instanceof Message.Assistant said && said.text() != null) {
                List<MarkdownImages.Found> found = lookUps.in(said.text().toString());
                if (!found.isEmpty()) {
                    changed.put(said, withImages(said, found));
                }
            }
        }
        return changed.isEmpty()
                ? conversation
                : conversation.withMessages(message -> changed.getOrDefault(message, message));
    }

    /** The addresses in the texts of a conversation that are looked up. */
    private final class LookUps {

        private final String accountId;
        private final IntSupplier most;
        private final Set<String> ids = new HashSet<>();
        private int left = -1;

        LookUps(String accountId, IntSupplier most) {
            this.accountId = accountId;
            this.most = most;
        }

        /** Returns the images of a text that are there, in its order. */
        List<MarkdownImages.Found> in(String text) {
            List<MarkdownImages.Found> there = new ArrayList<>();
            MarkdownImages images = new MarkdownImages(text);
            for (MarkdownImages.Found next = images.previous(); next != null && isOneLeft(); next = images.previous()) {
                if (ids.add(next.id())) {
                    left--;
                    if (find(accountId, next.url()) != null) {
                        there.add(next);
                    }
                }
            }
            return there.reversed();
        }

        private boolean isOneLeft() {
            if (left < 0) {
                left = most.getAsInt();
            }
            return left > 0;
        }
    }

    private static Message withImages(Message.Assistant said, List<MarkdownImages.Found> found) {
        List<Message.SentBack> files = new ArrayList<>(said.files());
        String text = String.valueOf(said.text());
        StringBuilder rest = new StringBuilder();
        int at = 0;
        for (MarkdownImages.Found image : found) {
            rest.append(text, at, Math.max(at, image.from()));
            at = image.to();
            ContentPart.Source source = new ContentPart.Source.Remote(image.url());
            files.add(new Message.SentBack(
                    said.place(),
                    new ContentPart.Media(said.place(), ContentPart.Named.PICTURE, source, null, null, null),
                    null));
        }
        rest.append(text, at, text.length());
        return new Message.Assistant(
                said.place(), JsonText.of(rest.toString()), said.toolCalls(), said.thoughtSignature(), files);
    }

    /** Returns whether an account could pay so much now. Blocks. */
    public boolean covers(String accountId, long micros) {
        Account account = Records.read(() -> ledger.account(accountId)).orElse(null);
        return account != null && ledger.spendableMicros(account) >= micros;
    }

    /** @param reader the account that looked for it */
    private record Stored(FileStore files, String reader, StoredFile file) implements Kept {

        @Override
        public String mimeType() {
            return file.mimeType();
        }

        @Override
        public long length() {
            return file.bytes();
        }

        @Override
        public String sha256() {
            return file.sha256();
        }

        @Override
        public byte[] read(long from) throws InterruptedException {
            try {
                return files.pieceInTurn(reader, file, from);
            } catch (StoreException e) {
                throw Records.unreadable(e).asException();
            }
        }
    }

    /**
     * Refuses a call whose images would find no room (Y33). Blocks.
     *
     * @throws dev.tollgate.base.error.ApiException 429 that names the limit
     */
    public void requireRoom(String accountId, int images) {
        files.requireRoom(accountId, Purpose.MADE, images, images * imageBytesMax);
    }

    /** Returns this server's address before a path. @param host the request's header; null without one @param scheme as a proxy says; null without one */
    public String base(@Nullable String host, @Nullable String scheme) {
        return site != null
                ? site.toString()
                : ("https".equalsIgnoreCase(scheme) ? "https://" : "http://")
                        + (host == null || !HOST.matcher(host).matches() ? "localhost" : host);
    }

    /** @param base as {@link #base} returns it */
    public OfCall of(String accountId, KeyOwner owner, String base) {
        return new OfCall(files, base + PATH, accountId, owner);
    }

    /** Makes the addresses of one call's images. Does not block. */
    public record OfCall(FileStore files, String base, String accountId, KeyOwner owner) {

        /** Returns an image that is to be kept with its response; null if it is small, or none. */
        public @Nullable KeptImage kept(MadeData data) {
            return data.length() < KEPT_CHARS_MIN || ImageHead.of(data.head()) == null
                    ? null
                    : new KeptImage(this, data);
        }

        /** Returns the address of an image as a part of a JSON string; null for a file that has none, because it is no image that browsers show. */
        public @Nullable JsonSource address(MadeData data) {
            ImageHead head = ImageHead.of(data.head());
            return head == null ? null : new Address(this, head.format(), data);
        }
    }

    /** An image that is kept with its response: it is stored when its turn has come to leave, so a caller who has it all can continue from it (Y17). */
    public static final class KeptImage {

        private final OfCall call;
        private final MadeData data;
        private final String id;
        private final FutureTask<StoredFile> storing = new FutureTask<>(this::stored);

        private KeptImage(OfCall call, MadeData data) {
            this.call = call;
            this.data = data;
            this.id = call.files().newId();
        }

        private StoredFile stored() throws IOException {
            JsonSource bytes = data.decoded();
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
                    return sent.read(from, count);
                }

                @Override
                public byte[] word() {
                    return (KEPT_BASE + id).getBytes(StandardCharsets.US_ASCII);
                }
            };
        }

        /** Returns the image as a part of a JSON string. */
        public JsonSource source() {
            return sentAs(data.source());
        }
    }

    /** An address, whose image is stored before it can be read. */
    private static final class Address implements JsonSource {

        private final OfCall call;
        private final String format;
        private final MadeData data;
        private final FutureTask<byte[]> url = new FutureTask<>(this::stored);

        Address(OfCall call, String format, MadeData data) {
            this.call = call;
            this.format = format;
            this.data = data;
        }

        private String suffix() {
            return format.equals("jpeg") ? ".jpg" : "." + format;
        }

        @Override
        public long size() {
            return (long) call.base().length() + ID_CHARS + suffix().length();
        }

        @Override
        public byte[] read(long from, int count) throws IOException {
            url.run(); // the first time
            try {
                return Arrays.copyOfRange(url.get(), (int) from, (int) from + count);
            } catch (ExecutionException e) {
                throw new IOException("an image could not be stored", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
        }

        private byte[] stored() throws IOException {
            JsonSource bytes = data.decoded();
            if (bytes.size() == 0) {
                throw new IOException("a made file is no base64");
            }
            try (InputStream content = bytes.stream()) {
                String id = call.files()
                        .write(call.accountId(), call.owner(), Purpose.MADE, "image/" + format, bytes.size(), content)
                        .id();
                return (call.base() + id + suffix()).getBytes(StandardCharsets.US_ASCII);
            }
        }
    }
}
