package io.genserver.demo.board;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

import javax.imageio.ImageIO;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PngTest {

	@Test
	void whatIsEncodedIsDecodedToTheSamePixels() {
		Picture picture = Pictures.photograph(123, 45, 1);
		Picture decoded = decode(Png.encode(picture));
		assertThat(decoded.width()).isEqualTo(123);
		assertThat(decoded.height()).isEqualTo(45);
		assertThat(decoded.rgb()).isEqualTo(picture.rgb());
	}

	@Test
	void greyIsTakenAsItIsInEightBits() throws IOException {
		BufferedImage image = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
		for (int level = 0; level < 256; level++) {
			image.getRaster().setSample(level, 0, 0, level);
		}
		assertGreyRamp(decode(file(image)));
	}

	@Test
	void greyIsTakenAsItIsInSixteenBits() throws IOException {
		BufferedImage image = new BufferedImage(256, 1, BufferedImage.TYPE_USHORT_GRAY);
		for (int level = 0; level < 256; level++) {
			image.getRaster().setSample(level, 0, 0, level * 257);
		}
		assertGreyRamp(decode(file(image)));
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 4 })
	void greyIsTakenAsItIsInFewerBits(int bits) throws IOException {
		int levels = 1 << bits;
		byte[] ramp = new byte[levels];
		for (int level = 0; level < levels; level++) {
			ramp[level] = (byte) (level * 255 / (levels - 1));
		}
		BufferedImage image = new BufferedImage(levels, 1, BufferedImage.TYPE_BYTE_BINARY,
				new IndexColorModel(bits, levels, ramp, ramp, ramp));
		for (int level = 0; level < levels; level++) {
			image.getRaster().setSample(level, 0, 0, level);
		}
		Picture picture = decode(file(image));
		for (int level = 0; level < levels; level++) {
			assertThat(picture.at(level, 0)).isEqualTo((ramp[level] & 255) * 0x010101);
		}
	}

	@Test
	void greyWithAlphaIsCompositedOverWhite() throws IOException {
		ComponentColorModel model = new ComponentColorModel(ColorSpace.getInstance(ColorSpace.CS_GRAY), true, false,
				Transparency.TRANSLUCENT, DataBuffer.TYPE_BYTE);
		WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 3, 1, 2, null);
		raster.setPixel(0, 0, new int[] { 100, 255 });
		raster.setPixel(1, 0, new int[] { 100, 0 });
		raster.setPixel(2, 0, new int[] { 0, 51 });
		Picture picture = decode(file(new BufferedImage(model, raster, false, null)));
		assertThat(picture.rgb()).containsExactly(0x646464, 0xFFFFFF, 0xCCCCCC);
	}

	@Test
	void coloursWithAlphaAreCompositedOverWhite() throws IOException {
		BufferedImage image = new BufferedImage(4, 1, BufferedImage.TYPE_INT_ARGB);
		image.setRGB(0, 0, 0xFF123456);
		image.setRGB(1, 0, 0x00123456);
		image.setRGB(2, 0, 0x33000000);
		image.setRGB(3, 0, 0x80FF0000);
		assertThat(decode(file(image)).rgb()).containsExactly(0x123456, 0xFFFFFF, 0xCCCCCC, 0xFF7F7F);
	}

	@Test
	void coloursOfAPaletteAreTakenAsTheyAre() throws IOException {
		IndexColorModel palette = new IndexColorModel(8, 3, new int[] { 0xFF102030, 0xFFA0B0C0, 0x00FFFFFF }, 0, true,
				-1, DataBuffer.TYPE_BYTE);
		BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_INDEXED, palette);
		for (int x = 0; x < 3; x++) {
			image.getRaster().setSample(x, 0, 0, x);
		}
		assertThat(decode(file(image)).rgb()).containsExactly(0x102030, 0xA0B0C0, 0xFFFFFF);
	}

	@Test
	void colourInSixteenBitsIsRounded() throws IOException {
		ComponentColorModel model = new ComponentColorModel(ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false,
				Transparency.OPAQUE, DataBuffer.TYPE_USHORT);
		WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, 256, 1, 3, null);
		for (int level = 0; level < 256; level++) {
			raster.setPixel(level, 0, new int[] { level * 257, 65535 - level * 257, level * 257 });
		}
		Picture picture = decode(file(new BufferedImage(model, raster, false, null)));
		for (int level = 0; level < 256; level++) {
			assertThat(picture.at(level, 0)).isEqualTo(level << 16 | (255 - level) << 8 | level);
		}
	}

	@Test
	void whatIsNotAPngFileIsRefused() {
		refuses(new byte[0]);
		refuses("GIF89a, if you believe it".getBytes());
		byte[] file = Png.encode(Pictures.photograph(64, 64, 2));
		refuses(Arrays.copyOf(file, 8));
		refuses(Arrays.copyOf(file, 40));
		refuses(Arrays.copyOf(file, file.length / 2));
	}

	@Test
	void whatIsTooLargeIsRefusedBeforeItIsDecoded() {
		byte[] header = Arrays.copyOf(Png.encode(Pictures.filled(101, 50, 0)), 33);
		assertThatExceptionOfType(BadPictureException.class).isThrownBy(() -> Png.decode(header, 100, 50))
			.withMessage("The picture is 101 by 50 pixels, but there is room for 100 by 50 only");
	}

	private static void assertGreyRamp(Picture picture) {
		for (int level = 0; level < 256; level++) {
			assertThat(picture.at(level, 0)).isEqualTo(level * 0x010101);
		}
	}

	private static void refuses(byte[] file) {
		assertThatExceptionOfType(BadPictureException.class).isThrownBy(() -> decode(file))
			.withMessage("The body is not a PNG file, or a damaged one");
	}

	private static Picture decode(byte[] file) {
		return Png.decode(file, 2000, 2000);
	}

	private static byte[] file(BufferedImage image) throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		assertThat(ImageIO.write(image, "png", out)).isTrue();
		return out.toByteArray();
	}

}
