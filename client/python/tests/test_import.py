"""What the package loads, and when."""
import subprocess
import sys
import unittest

import afd_sizer


class ImportTests(unittest.TestCase):
    def test_the_command_loads_no_dataclasses(self):
        code = "import sys, afd_sizer.__main__; print(sorted(name for name in sys.modules if name.startswith('afd_sizer')))"
        shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        self.assertEqual(shown.strip(), "['afd_sizer', 'afd_sizer.__main__', 'afd_sizer._version', 'afd_sizer.service']")

    def test_every_name_is_there(self):
        for name in afd_sizer.__all__:
            self.assertTrue(hasattr(afd_sizer, name), name)
            self.assertIn(name, dir(afd_sizer))
        with self.assertRaises(AttributeError):
            afd_sizer.nothing


if __name__ == "__main__":
    unittest.main()
