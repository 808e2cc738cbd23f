package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.secrets.SecretBox;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Opens each kept response: its seal names its form, its id and its account, so that none can stand under another's. One at a time, up to some 2 MB each. */
final class KeptCheck implements Check {

    private static final String SQL = "SELECT id, account_id, plain_bytes, sealed, form FROM kept_response ORDER BY id";

    private static final String PURPOSE = "kept responses";
    private static final int HEADING_BYTES = 3 * Integer.BYTES;

    /** The name of an image in a response. Said here again: the doors' own would agree with doors that are wrong. */
    private static final Pattern IMAGE = Pattern.compile("\"https://kept\\.invalid/v1beta/files/([0-9a-f]{32})\"");

    private final SecretBox.Purpose sealing;
    private final Set<String> images = new HashSet<>();

    /** @param secrets with the installation's key */
    KeptCheck(SecretBox secrets) {
        this.sealing = secrets.purpose(PURPOSE);
    }

    @Override
    public String subject() {
        return "kept responses";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL;
    }

    @Override
    public int fetchRows() {
        return 8;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String id = row.getString(1);
        String name = "response " + id + " of account " + row.getString(2);
        try {
            String noun = row.getString(5).equals("interactions") ? "interaction" : "response";
            byte[] content = sealing.open(row.getBytes(4), "kept " + noun + " " + id + " of " + row.getString(2));
            if (plainBytes(content) != row.getLong(3)) {
                findings.add(name + " counts " + row.getLong(3) + " bytes, it has " + plainBytes(content));
            }
            IMAGE.matcher(response(content)).results().forEach(image -> images.add(image.group(1)));
        } catch (StoreException e) {
            findings.add(name + " cannot be opened: it was changed, or is another's");
        }
    }

    /** Returns the ids of the images that responses name, whose content lies elsewhere. */
    Set<String> images() {
        return images;
    }

    /** Returns what follows the input's own bytes, as far as it can be unpacked; its characters are bytes. */
    private static String response(byte[] content) {
        int from = HEADING_BYTES + ByteBuffer.wrap(content).getInt(Integer.BYTES);
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(content, from, content.length - from);
            byte[] plain = new byte[ByteBuffer.wrap(content).getInt(2 * Integer.BYTES)];
            return new String(plain, 0, inflater.inflate(plain), StandardCharsets.ISO_8859_1);
        } catch (DataFormatException
                | IndexOutOfBoundsException
                | IllegalArgumentException
                | NegativeArraySizeException e) {
            return "";
        } finally {
            inflater.end();
        }
    }

    /** Returns the length of input and response: they are compressed together, or the input on its own before the response. */
    private static long plainBytes(byte[] content) {
        if (content.length < HEADING_BYTES) {
            return -1;
        }
        ByteBuffer heading = ByteBuffer.wrap(content);
        long inputBytes = heading.getInt();
        boolean isApart = heading.getInt() > 0;
        long restBytes = heading.getInt();
        return isApart ? inputBytes + restBytes : restBytes;
    }
}
