package dev.tollgate.sandbox.scripting;

import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;

/** The changes to a response from outside (docs/sandbox.md). */
public enum Knob {
    STATUS("status", "[45]\\d\\d", "answers with this HTTP status and Google's words for it"),
    QUOTA("quota", "minute|day|capacity", "answers 429 for this quota"),
    HTML("html", "(?:[45]\\d\\d)?", "answers with a front end's page, status 502 or the given one"),
    TIMES("times", "[1-9]\\d{0,5}", "the knobs count for so many calls, then the answer is an ordinary one"),
    ID("id", "[A-Za-z0-9_.-]{1,64}", "knobs with another id count their times apart"),

    DELAY_HEAD("delay_head", Knob.MILLIS, "ms before the response's head"),
    DELAY_FIRST("delay_first", Knob.MILLIS, "ms between the head and the first event"),
    DELAY_BETWEEN("delay_between", Knob.MILLIS, "ms before each further event"),
    ONE_BYTE("one_byte_at_a_time", "", "each byte is written alone"),
    TRICKLE("trickle", Knob.MILLIS, "each byte is written alone, after so many ms"),
    ONE_WRITE("one_write", "", "the whole answer is one write"),
    SPLIT_UTF8("split_utf8", "", "writes end inside each character of several bytes"),
    GZIP("gzip", "", "the answer is compressed, whatever the caller accepts"),

    AFTER("after", "\\d{1,5}", "how many events come before what goes wrong; 1 unless given"),
    ERROR_EVENT("error_event", "", "an event with an error, then the end"),
    RAW_ERROR_TAIL("raw_error_tail", "", "a printed error that is no event, then the end"),
    RESET("reset", "", "the connection is reset between two events"),
    RESET_MID_EVENT("reset_mid_event", "", "the connection is reset in the middle of an event"),
    EOF("eof", "", "a regular end without a finish reason; before the last event unless after is given"),
    HANG("hang", "", "nothing more comes for ten minutes"),

    FINISH(
            "finish",
            "[A-Z][A-Z_]{1,63}",
            "the finish reason; with after, what would follow is left out; CONTINUATION gives a token for it"),
    HOP("hop", "\\d{1,6}", "a response ends with CONTINUATION after so many tokens, at the border of an event"),
    HOP_ERROR("hop_error", "[1-9]\\d{0,2}:[45]\\d\\d", "K:503, hop K is this HTTP status"),
    HOP_DROP("hop_drop", "[1-9]\\d{0,2}:\\d{1,5}", "K:N, hop K is reset after N events"),
    HOP_SAME("hop_same", "[2-9]|[1-9]\\d{1,2}", "hop K ends with the token that it was asked with"),
    HOP_THINK("hop_think", "[1-9]\\d{0,2}", "hop K has thoughts instead of words"),
    HOP_CACHED("hop_cached", "\\d\\d?|100", "so many percent of the prompt of later hops came from the implicit cache"),
    CHECKPOINT("checkpoint", "[1-9]\\d{0,4}", "every so many events one has a token, without a finish reason"),
    BLOCK("block", "[A-Z][A-Z_]{1,63}", "the prompt is blocked for this reason"),
    CANDIDATES("candidates", "none|empty", "no candidates at all, or an empty list of them"),
    EMPTY_STOP("empty_stop", "", "STOP without any content"),
    DUPLICATE_LAST("duplicate_last", "", "the last event comes twice"),
    USAGE("usage", "every|last|none|zero", "on which events the usage stands"),
    CACHED("cached", "\\d{1,7}", "so many tokens of the prompt came from the implicit cache"),
    CACHED_AUDIO(
            "cached_audio", "\\d{1,7}|untold", "so many of the cached tokens are audio; untold leaves their kinds out"),
    IMPLICIT_CACHE(
            "implicit_cache",
            "(?:\\d{1,7})?",
            "the beginning of the prompt that came before is cached if it has so many tokens; Google's minimum unless given"),
    TIER(
            "tier",
            "standard|flex|priority|none",
            "the service tier that is granted, independent of the request; none is not reported"),
    SEARCHES("searches", "\\d{1,2}", "how many queries an answer with a search names; 1 unless given"),
    TOOL_TOKENS("tool_tokens", "\\d{1,7}", "so many tokens are what Google's own tools have added to the prompt"),
    NO_INDEX("no_index", "", "candidates have no index"),
    NO_ARGS("no_args", "", "a call without arguments has no args"),
    NO_CALLS("no_calls", "", "no function is called, whatever the prompt or the mode says"),
    EDIT(
            "edit",
            "[A-Za-z0-9][A-Za-z0-9_-]{0,40}\\.(?:txt|md)",
            "calls the functions of a coding agent to list its folder, read this file and add a line to it"),
    STEPS("steps", "[3-9]|[1-9]\\d", "with edit: the number of rounds of calls; 3 unless given"),
    CALLS("calls", "together|apart", "parallel calls in one event, or each in its own"),
    CALL_IDS("call_ids", "on|off", "whether calls have ids"),
    UNSIGNED("unsigned", "", "no thought signatures"),
    MIXED_PARTS("mixed_parts", "", "the last thought and the first text come in one event"),

    IMAGES("images", "1?\\d|20", "how many images an answer of an image model has; 1 unless given"),
    DRAFT_IMAGES(
            "draft_images",
            "\\d|10",
            "so many drafts come before the images, neither marked as thoughts nor counted; the last of several is the first image"),
    IMAGE_TOKENS(
            "image_tokens",
            "\\d{1,7}|untold",
            "so many tokens are reported as images; untold leaves the kinds of tokens out"),
    IMAGE_BYTES(
            "image_bytes", Knob.BYTES, "the length of each image; what it has too little is filled up behind its end"),
    IMAGE_PIECES(
            "image_pieces", "[1-9]\\d{0,5}", "an event with images is about so many writes, each of at most 64 KiB"),
    JSON_ESCAPES("json_escapes", "", "slashes and equals signs are written as JSON escapes"),

    SPEECH("speech", "whole", "a speech comes in one event"),

    FILE_PROCESSING("file_processing", Knob.MILLIS, "in a file's display name: ms until it is ACTIVE"),
    FILE_FAILS("file_fails", "", "in a file's display name: it becomes FAILED");

    static final String MILLIS = "\\d{1,6}";
    static final int MILLIS_MAX = 600_000;
    static final String BYTES = "\\d{5,8}";

    /** The bytes of an image without filling, whatever its pixels; a multiple of three. */
    public static final int IMAGE_BYTES_MIN = 18_432;

    static final int IMAGE_BYTES_MAX = 40 << 20;

    private final String word;
    private final Pattern values;
    private final String meaning;

    Knob(String word, String values, String meaning) {
        this.word = word;
        this.values = Pattern.compile(values);
        this.meaning = meaning;
    }

    static Optional<Knob> named(String word) {
        return Arrays.stream(values()).filter(knob -> knob.word.equals(word)).findFirst();
    }

    public String word() {
        return word;
    }

    boolean takes(String value) {
        return values.matcher(value).matches()
                && switch (values.pattern()) {
                    case MILLIS -> Integer.parseInt(value) <= MILLIS_MAX;
                    case BYTES ->
                        Integer.parseInt(value) >= IMAGE_BYTES_MIN && Integer.parseInt(value) <= IMAGE_BYTES_MAX;
                    default -> true;
                };
    }

    /** In the words of a complaint. */
    String allowed() {
        return switch (values.pattern()) {
            case "" -> "nothing behind it";
            case MILLIS -> "a number of milliseconds from 0 to " + MILLIS_MAX;
            case BYTES -> "a number of bytes from " + IMAGE_BYTES_MIN + " to " + IMAGE_BYTES_MAX;
            default -> "a value that matches " + values.pattern();
        };
    }

    /** All of them, for those who ask. */
    public static ArrayNode describe() {
        ArrayNode list = JsonTrees.array();
        for (Knob knob : values()) {
            list.addObject().put("knob", knob.word).put("takes", knob.allowed()).put("meaning", knob.meaning);
        }
        return list;
    }

    static String words() {
        return List.of(values()).stream().map(Knob::word).collect(Collectors.joining(", "));
    }
}
