import unittest

from shipping import cost


def order(**more):
    return {'cents': 2000, 'grams': 300, 'country': 'DE', **more}


class Cost(unittest.TestCase):
    def test_small_parcels(self):
        self.assertEqual(cost(order()), 490)

    def test_abroad(self):
        self.assertEqual(cost(order(country='FR')), 990)

    def test_each_kilogram_costs_more(self):
        self.assertEqual(cost(order(grams=2500)), 690)


if __name__ == '__main__':
    unittest.main()
