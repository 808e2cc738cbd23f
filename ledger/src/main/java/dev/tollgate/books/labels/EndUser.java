package dev.tollgate.books.labels;

import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.money.ApiJson;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The form in which reports count an end user, from the form in which a call or an erasure names it. */
public final class EndUser {

    /** Claude Code's user before its version 2.1.78: device and account, of one session. */
    private static final Pattern IN_TEXT = Pattern.compile("(user_.*)_session_[0-9a-fA-F-]+");

    private static final Set<String> NOBODY = Set.of("user_", "user__account_");

    /** The members of its user in JSON that name the person. */
    private static final List<String> PERSON = List.of("device_id", "account_uuid");

    private static final String SESSION = "session_id";
    private static final int JSON_CHARS_MAX = 1_024;
    private static final int DIGEST_BYTES = 8;

    private EndUser() {}

    /** Returns the counted form, which is its own counted form; empty if the text names no end user or cannot be written. */
    public static String counted(String named) {
        String person = person(named.strip());
        if (!WrittenText.isClean(person)) {
            return "";
        }
        return person.length() <= CallLabels.END_USER_CHARS_MAX ? person : "#" + digest(person);
    }

    /** Returns the text of a header, which is UTF-8 if its bytes are valid UTF-8, else Latin-1. @param bytes one in each character */
    public static String ofHeader(String bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return bytes;
        }
    }

    /** Returns device and account of Claude Code's user, whose session is another one each time; each other name as it is. */
    private static String person(String named) {
        if (named.startsWith("{") && named.length() <= JSON_CHARS_MAX) {
            return ofJson(named);
        }
        Matcher text = IN_TEXT.matcher(named);
        if (!text.matches()) {
            return named;
        }
        return NOBODY.contains(text.group(1)) ? "" : text.group(1);
    }

    private static String ofJson(String named) {
        JsonNode user;
        try {
            user = ApiJson.MAPPER.readTree(named);
        } catch (JacksonException e) {
            return named;
        }
        if (!user.has(SESSION) && PERSON.stream().noneMatch(user::has)) {
            return named;
        }
        return PERSON.stream()
                .map(member -> user.path(member).asString("").strip())
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" "));
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
