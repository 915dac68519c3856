package io.genserver.demo.board;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Turns PNG files of any colour type into opaque pictures, and pictures into PNG files.
 * What is transparent is composited over white; colour profiles are ignored. Takes a
 * while: not for event loops.
 */
final class Png {

	private static final int WHITE = 255;

	private Png() {
	}

	/**
	 * Decode a file.
	 * @param file the file
	 * @param maxWidth greatest width that is accepted; nothing larger is decoded
	 * @param maxHeight greatest height that is accepted
	 * @return the picture
	 * @throws BadPictureException if it is not a PNG file, is damaged or too large
	 */
	static Picture decode(byte[] file, int maxWidth, int maxHeight) {
		ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
		try (MemoryCacheImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
			reader.setInput(in, true, true);
			int width = reader.getWidth(0);
			int height = reader.getHeight(0);
			if (width > maxWidth || height > maxHeight) {
				throw new BadPictureException("The picture is " + width + " by " + height
						+ " pixels, but there is room for " + maxWidth + " by " + maxHeight + " only");
			}
			return opaque(reader.read(0));
		}
		catch (BadPictureException ex) {
			throw ex;
		}
		catch (IOException | RuntimeException ex) {
			// The reader answers some damage with exceptions of any kind.
			throw new BadPictureException("The body is not a PNG file, or a damaged one", ex);
		}
		finally {
			reader.dispose();
		}
	}

	/**
	 * Encode a picture.
	 * @param picture the picture
	 * @return a file of 8-bit RGB
	 */
	static byte[] encode(Picture picture) {
		BufferedImage image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
		image.setRGB(0, 0, picture.width(), picture.height(), picture.rgb(), 0, picture.width());
		ByteArrayOutputStream file = new ByteArrayOutputStream();
		ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
		try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
			writer.setOutput(out);
			writer.write(image);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		finally {
			writer.dispose();
		}
		return file.toByteArray();
	}

	private static Picture opaque(BufferedImage image) {
		Picture picture = Picture.blank(image.getWidth(), image.getHeight());
		ColorModel model = image.getColorModel();
		boolean grey = !(model instanceof IndexColorModel) && model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
		int[] row = new int[picture.width()];
		for (int y = 0; y < picture.height(); y++) {
			if (grey) {
				readGrey(image.getRaster(), model, y, row);
			}
			else {
				image.getRGB(0, y, row.length, 1, row, 0, row.length);
			}
			for (int x = 0; x < row.length; x++) {
				picture.set(x, y, overWhite(row[x]));
			}
		}
		return picture;
	}

	/**
	 * Read grey samples as they are: Java takes them for linear light and would brighten
	 * them on the way to RGB.
	 */
	private static void readGrey(Raster raster, ColorModel model, int y, int[] argb) {
		int max = (1 << model.getComponentSize(0)) - 1;
		for (int x = 0; x < argb.length; x++) {
			int level = scale(raster.getSample(x, y, 0), max);
			int alpha = model.hasAlpha() ? scale(raster.getSample(x, y, 1), max) : 255;
			argb[x] = alpha << 24 | level << 16 | level << 8 | level;
		}
	}

	private static int scale(int sample, int max) {
		return (sample * 255 + max / 2) / max;
	}

	private static int overWhite(int argb) {
		int alpha = argb >>> 24;
		if (alpha == 255) {
			return argb & 0xFFFFFF;
		}
		int red = blend(argb >> 16 & 255, alpha);
		int green = blend(argb >> 8 & 255, alpha);
		int blue = blend(argb & 255, alpha);
		return red << 16 | green << 8 | blue;
	}

	private static int blend(int colour, int alpha) {
		return (colour * alpha + WHITE * (255 - alpha) + 127) / 255;
	}

}
