package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.generation.PromptTokens.Modality;
import dev.tollgate.sandbox.generation.PromptTokens.Piece;
import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.routes.SandboxModel;
import dev.tollgate.sandbox.scripting.Knob;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The beginnings of the prompts that came before, which play Google's implicit cache: by project and model, in blocks of 1,024 tokens. Keeps
 * hashes alone, and forgets the least recently used. Safe for any thread.
 */
final class PromptPrefixes {

    static final int BLOCK_TOKENS = 1_024;

    private static final int KEPT_MAX = 20_000;
    private static final int BYTES_PER_TOKEN = 4;

    private final LinkedHashMap<Long, Boolean> known = new LinkedHashMap<>(16, 0.75f, true);

    /** Returns what the prompt shares with an earlier one, by modality, and remembers its beginnings. Empty below the minimum. */
    Map<Modality, Integer> shared(GoogleRequest ask) {
        List<Piece> pieces = PromptTokens.inOrder(ask);
        List<Long> blocks = new Blocks(ask).of(pieces);
        int tokens = remembered(blocks) * BLOCK_TOKENS;
        int least = ask.terms().knobs().number(Knob.IMPLICIT_CACHE, ask.model().cachedTokensMin());
        return tokens == 0 || tokens < least ? Map.of() : first(pieces, tokens);
    }

    /** Returns how many of the blocks were known. */
    private synchronized int remembered(List<Long> blocks) {
        int shared = 0;
        while (shared < blocks.size() && known.get(blocks.get(shared)) != null) {
            shared++;
        }
        for (Long block : blocks) {
            known.put(block, true);
        }
        while (known.size() > KEPT_MAX) {
            known.pollFirstEntry();
        }
        return shared;
    }

    private static Map<Modality, Integer> first(List<Piece> pieces, int tokens) {
        Map<Modality, Integer> counts = new EnumMap<>(Modality.class);
        int left = tokens;
        for (Piece piece : pieces) {
            int taken = Math.min(left, piece.tokens());
            if (taken > 0) {
                counts.merge(piece.modality(), taken, Integer::sum);
                left -= taken;
            }
        }
        return counts;
    }

    /** The hashes of a prompt up to the end of each whole block. */
    private static final class Blocks {

        private final MessageDigest digest = sha256();
        private final List<Long> hashes = new ArrayList<>();
        private int bytesInBlock;

        Blocks(GoogleRequest ask) {
            digest.update((ask.terms().caller().project() + "\n" + ask.model().name() + "\n")
                    .getBytes(StandardCharsets.UTF_8));
        }

        List<Long> of(List<Piece> pieces) {
            int left = SandboxModel.INPUT_TOKENS_MAX; // media may count for more, which no model reads
            for (Piece piece : pieces) {
                int tokens = Math.min(left, piece.tokens());
                left -= tokens;
                byte[] source = piece.source().getBytes(StandardCharsets.UTF_8);
                if (piece.modality() == Modality.TEXT && source.length <= tokens * BYTES_PER_TOKEN) {
                    add(Arrays.copyOf(source, tokens * BYTES_PER_TOKEN));
                } else {
                    medium(sha256().digest(source), tokens);
                }
            }
            return hashes;
        }

        /** The data of a medium has nothing to do with the number of its tokens. */
        private void medium(byte[] mark, int tokens) {
            digest.update(mark);
            add(new byte[tokens * BYTES_PER_TOKEN]);
        }

        private void add(byte[] bytes) {
            for (int at = 0; at < bytes.length; ) {
                int taken = Math.min(bytes.length - at, BLOCK_TOKENS * BYTES_PER_TOKEN - bytesInBlock);
                digest.update(bytes, at, taken);
                at += taken;
                bytesInBlock += taken;
                if (bytesInBlock == BLOCK_TOKENS * BYTES_PER_TOKEN) {
                    bytesInBlock = 0;
                    hashes.add(soFar());
                }
            }
        }

        private long soFar() {
            try {
                return ByteBuffer.wrap(((MessageDigest) digest.clone()).digest())
                        .getLong();
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException("SHA-256 of the JDK can be cloned", e);
            }
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("SHA-256 belongs to every JDK", e);
            }
        }
    }
}
