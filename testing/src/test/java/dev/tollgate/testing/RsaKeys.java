package dev.tollgate.testing;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;

/** One public pair of keys for all tests: the search for primes takes seconds. Thread-safe. */
public final class RsaKeys {

    private static final BigInteger ONE_PRIME = prime(
            "x32ai098w1ef4c911ywsvlwm2p08or3i1lds38ts94radkjrzuzsl8b6vx09toiwu8hcl76qo85zgm8irqx78f7dwecjzntfzefv"
                    + "91u64yux6npjiai1zcc5bgudqlzkmol26wfe0ct50nbab612a085j3ynx2si44zwzpc9a5hyeck5h0k9ydjar4eyx3v7ocgnbv");

    private static final BigInteger OTHER_PRIME = prime(
            "13dxe0tkziu763pkeg0erhoyuehwaseya5325bz6e8pxpwh2982qpvsteshfirlf585pv46w58ih34olp1ixdmxikpial5adaamj"
                    + "76v3unzzo7kmlt2q8rlgswwldulhwa0pwvqgt1nf30hr7onkninzv9eye84o9110l377wnxsh6p87fmv9ivqamy1t7am14ec9st");

    private static final BigInteger PUBLIC_EXPONENT = RSAKeyGenParameterSpec.F4;
    private static final KeyPair PAIR = make();

    private RsaKeys() {}

    public static KeyPair pair() {
        return PAIR;
    }

    /** @param newline between its lines, as in {@code \\n} within JSON */
    public static String pem(String newline) {
        return "-----BEGIN PRIVATE KEY-----" + newline
                + Base64.getEncoder().encodeToString(PAIR.getPrivate().getEncoded()) + newline
                + "-----END PRIVATE KEY-----" + newline;
    }

    /** @param digits to the base of 36, which are fewer */
    private static BigInteger prime(String digits) {
        return new BigInteger(digits, Character.MAX_RADIX);
    }

    private static KeyPair make() {
        BigInteger modulus = ONE_PRIME.multiply(OTHER_PRIME);
        BigInteger one = ONE_PRIME.subtract(BigInteger.ONE);
        BigInteger other = OTHER_PRIME.subtract(BigInteger.ONE);
        BigInteger exponent = PUBLIC_EXPONENT.modInverse(one.multiply(other));
        try {
            KeyFactory factory = KeyFactory.getInstance("RSA");
            return new KeyPair(
                    factory.generatePublic(new RSAPublicKeySpec(modulus, PUBLIC_EXPONENT)),
                    factory.generatePrivate(new RSAPrivateCrtKeySpec(
                            modulus,
                            PUBLIC_EXPONENT,
                            exponent,
                            ONE_PRIME,
                            OTHER_PRIME,
                            exponent.mod(one),
                            exponent.mod(other),
                            OTHER_PRIME.modInverse(ONE_PRIME))));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
