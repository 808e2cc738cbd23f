package dev.tollgate.calls.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.base.json.JsonPieces;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PieceSourceTest {

    private static final int PIECE = 256 << 10;

    @Test
    void each_piece_is_opened_once_for_an_answer_in_base64() {
        byte[] file = new byte[5 * PIECE + 77];
        new Random(5).nextBytes(file);
        List<Long> opened = new ArrayList<>();
        PieceSource source = new PieceSource(file.length, PIECE, place -> {
            opened.add(place);
            return Arrays.copyOfRange(file, (int) place, (int) Math.min(file.length, place + PIECE));
        });
        JsonPieces answer = new JsonPieces();
        answer.add(source.base64());
        assertThat(answer.toByteArray()).isEqualTo(Base64.getEncoder().encode(file));
        assertThat(opened)
                .isEqualTo(
                        LongStream.rangeClosed(0, 5).map(i -> i * PIECE).boxed().toList());
    }
}
