package dev.tollgate.calls.files;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.JsonSource;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.files.StoredFile.Announced;
import dev.tollgate.storage.StoreException;
import dev.tollgate.upstreams.media.KeptFiles;
import dev.tollgate.upstreams.media.MadeData;
import dev.tollgate.upstreams.media.kinds.ImageHead;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of stored files, and the files that they name. An image that a model makes is written to the store before its address is sent, so a reader
 * of the address can fetch the image (Y33).
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

    /** A host as it may stand in an address, and so in a JSON string. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.:\\[\\]_-]{1,255}");

    /** Returns the images of kept responses. */
    public KeptImages kept() {
        return new KeptImages(files, imageBytesMax);
    }

    /** Returns what takes the images in texts of the model. */
    public ImagesInTexts texts() {
        return new ImagesInTexts(this, ledger);
    }

    @Override
    public @Nullable Kept find(String accountId, KeyOwner owner, String url) {
        String id = UploadedFiles.id(url);
        if (id == null) {
            return find(accountId, url);
        }
        StoredFile file = Records.read(() -> Optional.ofNullable(files.find(accountId, owner, FilePurpose.GEMINI, id))
                .or(() -> Optional.ofNullable(kept().find(accountId, owner, id)))
                .filter(StoredFile::isWhole)
                .orElseThrow(() -> UploadedFiles.notThere(id).asException()));
        return new Stored(files, accountId, file);
    }

    @Override
    public @Nullable Kept find(String accountId, String url) {
        Matcher address = ADDRESS.matcher(url);
        StoredFile file = address.matches()
                ? Records.read(() -> files.find(accountId, FilePurpose.MADE, address.group(1)))
                : null;
        return file == null || !file.isWhole() ? null : new Stored(files, accountId, file);
    }

    /** @param reader the account that looked for it */
    private record Stored(FileStore files, String reader, StoredFile file) implements Kept {

        @Override
        public String mimeType() {
            return file.announced().mimeType();
        }

        @Override
        public long length() {
            return file.bytes();
        }

        @Override
        public String sha256() {
            return file.arrived().sha256();
        }

        @Override
        public byte[] read(long from) throws InterruptedException {
            try {
                return files.pieces().inTurn(reader, file, from);
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
        files.limits().requireRoom(accountId, FilePurpose.MADE, images, images * imageBytesMax);
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

        /** Returns the address of an image as a part of a JSON string; null for a file that has none, because it is no image that browsers show. */
        public @Nullable JsonSource address(MadeData data) {
            ImageHead head = ImageHead.of(data.head());
            return head == null ? null : new Address(this, head.format(), data);
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
            return (long) call.base().length() + UploadedFiles.ID_CHARS + suffix().length();
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
                Announced image = new Announced("", "image/" + format, bytes.size());
                String id = call.files()
                        .write(call.accountId(), call.owner(), FilePurpose.MADE, image, content)
                        .id();
                return (call.base() + id + suffix()).getBytes(StandardCharsets.US_ASCII);
            }
        }
    }
}
