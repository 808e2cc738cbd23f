package dev.tollgate.customers.oidc;

import static dev.tollgate.testing.Asserts.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The keys of a provider that can sign a token. */
class ProviderKeysTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static ObjectNode rsa(int bits) throws JOSEException {
        return object(new RSAKeyGenerator(bits, true)
                .keyID("one")
                .keyUse(KeyUse.SIGNATURE)
                .generate()
                .toPublicJWK()
                .toJSONString());
    }

    private static ObjectNode ec(Curve curve) throws JOSEException {
        return object(new ECKeyGenerator(curve).generate().toPublicJWK().toJSONString());
    }

    private static ObjectNode object(String json) {
        return (ObjectNode) JSON.readTree(json);
    }

    @Test
    void an_rsa_key_and_a_key_on_p_256_are_read() throws JOSEException {
        assertThat(ProviderKeys.read(rsa(2_048))).isNotNull();
        assertThat(ProviderKeys.read(ec(Curve.P_256))).isNotNull();
    }

    @Test
    void an_rsa_key_below_2048_bits_is_left_out() throws JOSEException {
        assertThat(ProviderKeys.read(rsa(1_024))).isNull();
    }

    @Test
    void leading_zeros_do_not_lengthen_an_rsa_key() throws JOSEException {
        ObjectNode key = rsa(1_024);
        key.put("n", "A".repeat(172) + key.path("n").asString());
        assertThat(ProviderKeys.read(key)).isNull();
    }

    @Test
    void a_point_that_is_not_on_its_curve_is_left_out() throws JOSEException {
        ObjectNode key = ec(Curve.P_256);
        key.put("y", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE");
        assertThat(ProviderKeys.read(key)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "7",
                "{\"kty\":\"RSA\"}",
                "{\"kty\":\"RSA\",\"n\":7,\"e\":\"AQAB\"}",
                "{\"kty\":\"EC\",\"crv\":\"P-999\",\"x\":\"AA\",\"y\":\"AA\"}",
                "{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}",
                "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
            })
    void a_malformed_key_or_one_of_another_kind_is_left_out(String json) {
        assertThat(ProviderKeys.read(JSON.readTree(json))).isNull();
    }
}
