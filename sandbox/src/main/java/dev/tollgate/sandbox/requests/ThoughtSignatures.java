package dev.tollgate.sandbox.requests;

import static dev.tollgate.sandbox.wire.GoogleError.require;

import dev.tollgate.sandbox.wire.GoogleError;
import dev.tollgate.sandbox.wire.JsonTrees;
import dev.tollgate.sandbox.wire.ProtoMessageReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.JsonNode;

/**
 * Thought signatures (protocol 2.4): an HMAC over project, model and part, so that a signature that was altered, moved to another
 * part or made by another model or for another project is seen. A call is signed by name and arguments, whatever their order and spacing; a
 * text only by being text, because it may come back joined or cut differently; an image by its first bytes. Immutable.
 */
public final class ThoughtSignatures {

    private static final byte[] PREFIX = {0x12, 0x20}; // a protocol buffer: field 2, 32 bytes
    private static final int IMAGE_CHARACTERS = 16_384; // without what may be filled up behind them
    private final SecretKeySpec key;

    public ThoughtSignatures(long seed) {
        byte[] bytes = ("thought signatures of " + seed).getBytes(StandardCharsets.UTF_8);
        this.key = new SecretKeySpec(bytes, "HmacSHA256");
    }

    public String sign(GoogleRequest ask, JsonNode part) {
        return Base64.getEncoder().encodeToString(bytes(ask, part));
    }

    /** Refuses what Gemini 3 refuses in the current turn; older turns and 2.5 are not looked at, except for images where they need signatures. */
    public void check(GoogleRequest ask) {
        if (!ask.model().gemini3()) {
            return;
        }
        if (ask.model().images().wantsSignatures()) {
            checkImages(ask);
        }
        List<Turn> turns = Turn.of(ask.contents());
        for (int i = turns.size() - 1; i >= 0 && !turns.get(i).isUsersOwn(); i--) {
            if (turns.get(i).isModels()) {
                checkStep(ask, turns.get(i));
            }
        }
    }

    private void checkImages(GoogleRequest ask) {
        List<JsonNode> contents = ask.contents();
        for (int i = 0; i < contents.size(); i++) {
            List<JsonNode> parts = List.copyOf(contents.get(i).path("parts").values());
            for (int j = 0; GoogleRequest.isModel(contents.get(i)) && j < parts.size(); j++) {
                JsonNode part = parts.get(j);
                if (RequestRules.isImage(part) && !part.path("thought").asBoolean(false)) {
                    String signature = JsonTrees.text(part, "thoughtSignature");
                    require(
                            !signature.isEmpty(),
                            "Image part is missing a thought_signature in content position %d, part position %d."
                                    .formatted(i + 1, j + 1));
                    checkSignature(ask, part, signature);
                }
            }
        }
    }

    private void checkStep(GoogleRequest ask, Turn turn) {
        List<JsonNode> calls = turn.parts("functionCall");
        if (!calls.isEmpty()
                && JsonTrees.text(calls.getFirst(), "thoughtSignature").isEmpty()) {
            throw missing(JsonTrees.text(calls.getFirst().get("functionCall"), "name"), turn.from() + 1);
        }
        for (JsonNode part : turn.parts("thoughtSignature")) {
            checkSignature(ask, part, JsonTrees.text(part, "thoughtSignature"));
        }
    }

    /** Reports the position of the content, counted from 1. */
    private static GoogleError.Failure missing(String name, int position) {
        return GoogleError.invalid(
                        "Function call is missing a thought_signature in functionCall parts. This is required"
                                + " for tools to work correctly, and missing thought_signature may lead to degraded model"
                                + " performance. Additional data, function call `default_api:" + name + "` , position "
                                + position
                                + ". Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.")
                .asRefusal();
    }

    private void checkSignature(GoogleRequest ask, JsonNode part, String signature) {
        if (!ProtoMessageReader.isDummySignature(signature) && !signature.isEmpty() && !isOurs(ask, part, signature)) {
            throw GoogleError.invalid("Corrupted thought signature.").asRefusal();
        }
    }

    private boolean isOurs(GoogleRequest ask, JsonNode part, String signature) {
        byte[] decoded =
                Base64.getMimeDecoder().decode(signature.replace('-', '+').replace('_', '/'));
        return MessageDigest.isEqual(decoded, bytes(ask, part));
    }

    private byte[] bytes(GoogleRequest ask, JsonNode part) {
        JsonNode call = part.path("functionCall");
        String signed = !call.isMissingNode()
                ? "call\n" + JsonTrees.text(call, "name") + "\n" + canonical(call.path("args"))
                : part.has("inlineData") ? "image\n" + beginning(part.get("inlineData")) : "text";
        byte[] hmac = hmac(ask.terms().caller().project() + "\n" + ask.model().name() + "\n" + signed);
        byte[] all = new byte[PREFIX.length + hmac.length];
        System.arraycopy(PREFIX, 0, all, 0, PREFIX.length);
        System.arraycopy(hmac, 0, all, PREFIX.length, hmac.length);
        return all;
    }

    private byte[] hmac(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 belongs to every JDK", e);
        }
    }

    /** The beginning of the data, which the alphabet and the padding do not change. */
    private static String beginning(JsonNode blob) {
        String data = JsonTrees.text(blob, "data");
        return data.substring(0, Math.min(data.length(), IMAGE_CHARACTERS))
                .replace('-', '+')
                .replace('_', '/')
                .replace("=", "");
    }

    /** Members in alphabetical order, numbers by value, no arguments the same as an empty object. */
    private static String canonical(JsonNode node) {
        if (node.isMissingNode()) {
            return "{}";
        }
        if (node.isObject()) {
            Map<String, String> members = new TreeMap<>();
            node.properties().forEach(member -> members.put(member.getKey(), canonical(member.getValue())));
            return members.toString();
        }
        if (node.isArray()) {
            return node.valueStream().map(ThoughtSignatures::canonical).toList().toString();
        }
        return node.isNumber() ? node.decimalValue().stripTrailingZeros().toString() : node.toString();
    }
}
