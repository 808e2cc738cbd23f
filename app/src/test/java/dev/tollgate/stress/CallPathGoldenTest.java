package dev.tollgate.stress;

import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Golden;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random bodies are refused in the same words, or become the same for an upstream, and random answers the same for a caller, as when the golden files were written. A line is the hash of a
 * hundred bodies, at each change the first of them; {@link FormerPath} finds the body if a line differs.
 */
@Order(8)
class CallPathGoldenTest {

    private static final Path FOLDER = Path.of("app/src/test/resources/golden/path");
    private static final int BLOCK = 100;

    @ParameterizedTest
    @CsvSource({
        "chat,12000,500",
        "generate,6000,300",
        "count,2000,100",
        "messages,2000,100",
        "responses,2000,100",
        "answers:chat,500,100",
        "answers:generate,500,100",
        "answers:messages,500,100",
        "answers:responses,500,100"
    })
    void a_random_body_becomes_what_it_became_before(String door, int all, int first) {
        int bodies = Golden.WRITES ? all : Effort.of(first, all);
        CallPath path = new CallPath();
        RandomBodies random = new RandomBodies(door);
        StringBuilder hashes = new StringBuilder();
        MessageDigest digest = sha256();
        for (int number = 0; number < bodies; number++) {
            Object text = path.apply(door, random.body(number, false))[0];
            digest.update(text.toString().getBytes(StandardCharsets.UTF_8));
            if (number % BLOCK == BLOCK - 1) {
                String hash = HexFormat.of().formatHex(digest.digest(), 0, 8);
                hashes.append(number + 1 - BLOCK).append(' ').append(hash).append(number + 1 < bodies ? "\n" : "");
            }
        }
        Path file = FOLDER.resolve(door.replace(':', '-') + ".txt");
        new Golden(file, file).checkBeginning(hashes.toString(), bodies / BLOCK);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
