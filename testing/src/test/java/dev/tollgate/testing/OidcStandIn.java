package dev.tollgate.testing;

import java.math.BigInteger;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A provider of sign-ins by OpenID Connect: everything it says can be wrong. */
public final class OidcStandIn implements AutoCloseable {

    public static final String CLIENT = "tollgate-of-the-tests";
    public static final String SECRET = "a secret/of+the tests".replace(' ', '_');

    private static final JsonMapper JSON = new JsonMapper();
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final KeyPair EC = ec();

    /** The identity that the provider reports for the person at the browser. */
    public record User(String subject, String email, boolean isVerified, String name) {}

    /** A sign-in that was begun. @param fields what the browser was sent with */
    private record Begun(Map<String, String> fields, User user) {}

    private final FarServer server = new FarServer(this::answer);
    private final Map<String, Begun> codes = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final Supplier<Instant> clock;

    /** The person who signs in if a browser comes by itself. */
    public volatile User user = new User("sub-0", "zero@example.org", true, "Zero");

    public volatile UnaryOperator<ObjectNode> description;
    public volatile Consumer<ObjectNode> claims;
    public volatile Consumer<ObjectNode> header;
    public volatile UnaryOperator<String> token;
    public volatile String algorithm;
    public volatile List<String> keyIds;
    public volatile int status;
    private volatile boolean secretInForm;

    public OidcStandIn(Supplier<Instant> clock) {
        this.clock = clock;
        behave();
    }

    /** From now on a client shows its secret in the form, and nowhere else. */
    public void takesForms() {
        description = json -> {
            json.putArray("token_endpoint_auth_methods_supported").add("client_secret_post");
            return json;
        };
        secretInForm = true;
    }

    /** From now on all is as it should be. */
    public void behave() {
        secretInForm = false;
        description = json -> json;
        claims = json -> {};
        header = json -> {};
        token = text -> text;
        algorithm = "RS256";
        keyIds = List.of("one");
        status = 200;
    }

    public String url() {
        return server.url();
    }

    public long asked(String path) {
        return server.requests().stream()
                .filter(request -> request.path().equals(path))
                .count();
    }

    /** The settings that lead here. */
    public String[] settings(String publicUrl, String... more) {
        String[] ours = {
            "oidc.issuer",
            url(),
            "oidc.client-id",
            CLIENT,
            "oidc.client-secret",
            SECRET,
            "oidc.name",
            "Acme ID",
            "public.url",
            publicUrl
        };
        String[] all = Arrays.copyOf(ours, ours.length + more.length);
        System.arraycopy(more, 0, all, ours.length, more.length);
        return all;
    }

    /** Somebody signs in here. @param url where a browser was sent @return what it comes back with, as a query */
    public String authorize(String url, User user) {
        Map<String, String> fields = fields(URI.create(url).getRawQuery());
        String code = "code-" + numbers.incrementAndGet();
        codes.put(code, new Begun(fields, user));
        return "code=" + code + "&state=" + encoded(fields.get("state"));
    }

    public static Map<String, String> fields(String query) {
        return Arrays.stream(query.split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    private FarServer.Answer answer(FarServer.Request request) {
        String path = request.path().split("\\?", 2)[0];
        return switch (path) {
            case "/.well-known/openid-configuration" -> FarServer.whole(status, described());
            case "/jwks" -> FarServer.whole(200, keys());
            case "/authorize" -> {
                String redirect = fields(request.path().split("\\?", 2)[1]).get("redirect_uri");
                yield new FarServer.Answer.Whole(
                        302, Map.of("location", redirect + "?" + authorize(url() + request.path(), user)), "");
            }
            case "/token" -> status == 200 ? token(request) : FarServer.whole(status, "{}");
            default -> FarServer.whole(404, "{}");
        };
    }

    private String described() {
        ObjectNode json = JSON.createObjectNode()
                .put("issuer", url())
                .put("authorization_endpoint", url() + "/authorize")
                .put("token_endpoint", url() + "/token")
                .put("jwks_uri", url() + "/jwks");
        return description.apply(json).toString();
    }

    private String keys() {
        RSAPublicKey rsa = (RSAPublicKey) RsaKeys.pair().getPublic();
        ECPublicKey ec = (ECPublicKey) EC.getPublic();
        ObjectNode json = JSON.createObjectNode();
        for (String id : keyIds) {
            json.withArray("keys")
                    .addObject()
                    .put("kty", "RSA")
                    .put("kid", id)
                    .put("use", "sig")
                    .put("n", number(rsa.getModulus(), 256))
                    .put("e", number(rsa.getPublicExponent(), 3));
        }
        json.withArray("keys")
                .addObject()
                .put("kty", "EC")
                .put("crv", "P-256")
                .put("kid", "curve")
                .put("x", number(ec.getW().getAffineX(), 32))
                .put("y", number(ec.getW().getAffineY(), 32));
        return json.toString();
    }

    private FarServer.Answer token(FarServer.Request request) {
        Map<String, String> fields = fields(request.body());
        Begun begun = codes.remove(fields.getOrDefault("code", ""));
        String pair = encoded(CLIENT) + ":" + encoded(SECRET);
        String shown = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        boolean isClient = secretInForm
                ? !request.headers().containsKey("authorization")
                        && CLIENT.equals(fields.get("client_id"))
                        && SECRET.equals(fields.get("client_secret"))
                : shown.equals(request.headers().get("authorization")) && !fields.containsKey("client_secret");
        if (begun == null
                || !isClient
                || !begun.fields().get("redirect_uri").equals(fields.get("redirect_uri"))
                || !begun.fields().get("code_challenge").equals(hash(fields.get("code_verifier")))) {
            return FarServer.whole(400, "{\"error\":\"invalid_grant\"}");
        }
        return FarServer.whole(
                200,
                JSON.createObjectNode()
                        .put("id_token", token.apply(made(begun)))
                        .toString());
    }

    private String made(Begun begun) {
        long now = clock.get().getEpochSecond();
        ObjectNode says = JSON.createObjectNode()
                .put("iss", url())
                .put("aud", CLIENT)
                .put("sub", begun.user().subject())
                .put("email", begun.user().email())
                .put("email_verified", begun.user().isVerified())
                .put("name", begun.user().name())
                .put("role", "operator")
                .put("nonce", begun.fields().get("nonce"))
                .put("iat", now)
                .put("exp", now + 300)
                .put("auth_time", now);
        claims.accept(says);
        ObjectNode head = JSON.createObjectNode()
                .put("alg", algorithm)
                .put("kid", algorithm.equals("ES256") ? "curve" : keyIds.getFirst());
        header.accept(head);
        String signed = part(head.toString()) + "." + part(says.toString());
        return signed + "." + BASE64.encodeToString(sign(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    private byte[] sign(byte[] bytes) {
        try {
            return switch (algorithm) {
                case "RS256" -> signed("SHA256withRSA", RsaKeys.pair(), bytes);
                case "ES256" -> signed("SHA256withECDSAinP1363Format", EC, bytes);
                case "HS256" -> {
                    Mac mac = Mac.getInstance("HmacSHA256");
                    mac.init(new SecretKeySpec(RsaKeys.pair().getPublic().getEncoded(), "HmacSHA256"));
                    yield mac.doFinal(bytes);
                }
                default -> new byte[0];
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] signed(String name, KeyPair keys, byte[] bytes) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(name);
        signature.initSign(keys.getPrivate());
        signature.update(bytes);
        return signature.sign();
    }

    private static String part(String json) {
        return BASE64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String number(BigInteger number, int bytes) {
        byte[] digits = number.toByteArray();
        byte[] whole = new byte[bytes];
        int from = Math.max(0, digits.length - bytes);
        System.arraycopy(digits, from, whole, bytes - (digits.length - from), digits.length - from);
        return BASE64.encodeToString(whole);
    }

    private static String hash(String text) {
        try {
            return BASE64.encodeToString(
                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair ec() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.close();
    }
}
